"""An HTTP server that answers every request at once with {"value":"ok"}, for loads that fetch.

    python -m benchmarks.site PORT

Prints a line when it listens. Keeps connections open for those who want that, and costs
as little as Python can: what is measured is not this.
"""

from __future__ import annotations

import asyncio
import contextlib
import subprocess
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import cast

import psutil

from benchmarks.errors import BenchmarkError
from benchmarks.workload import SITE_PORT, Workload

BODY = b'{"value":"ok"}'
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n" % len(BODY)


class Site(asyncio.Protocol):
    """One connection. Requests have no body here."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Note where answers go."""
        self._transport = cast("asyncio.Transport", transport)
        self._received = b""

    def data_received(self, data: bytes) -> None:
        """Answer each request that is complete."""
        self._received += data
        while b"\r\n\r\n" in self._received:
            request, _, self._received = self._received.partition(b"\r\n\r\n")
            ends = b"connection: close" in request.lower()
            farewell = b"Connection: close\r\n" if ends else b""
            self._transport.write(HEAD + farewell + b"\r\n" + BODY)
            if ends:
                self._transport.close()


async def serve(port: int) -> None:
    """Serve until the process ends."""
    server = await asyncio.get_running_loop().create_server(
        Site, "127.0.0.1", port, backlog=1024, reuse_address=True
    )
    print(f"site: http://127.0.0.1:{port}/", flush=True)
    await server.serve_forever()


@contextlib.contextmanager
def running_site(port: int) -> Iterator[psutil.Process]:
    """Run the server as a process for as long as the block lasts."""
    process = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.site", str(port)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parent.parent,
    )
    try:
        if process.stdout is None or not process.stdout.readline():
            raise BenchmarkError(f"port {port} on loopback is taken, and w4 fetches from there")
        yield psutil.Process(process.pid)
    finally:
        process.terminate()
        process.communicate(timeout=30)


def site_for(workload: Workload) -> AbstractContextManager[psutil.Process | None]:
    """Run the server for as long as the block lasts, if the workload fetches."""
    return running_site(SITE_PORT) if workload.fetches else contextlib.nullcontext()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1])))
