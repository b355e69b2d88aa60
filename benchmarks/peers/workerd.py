"""A peer: workerd, the runtime of Cloudflare's Workers, installed when first needed.

It has no fresh scope for a call: the script runs once, as the process starts, and its
function is called again and again. As it has neither eval nor files for a script, shim,
script and workerd.js become one text. That is a classic script, not a module, for modules
are strict and a workload's script need not be fit for that. Nor can a script of ours wait
for `fetch`, which gives a promise.
"""

from __future__ import annotations

import contextlib
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.peers.errors import MissingPeerError
from benchmarks.peers.server import Server, serving
from benchmarks.peers.tool import kept, npm_install
from benchmarks.workload import Workload

PEERS = Path(__file__).parent
RELEASE = "1"
BACKLOG = 1024


class Workerd:
    """An installed workerd."""

    def __init__(self) -> None:
        """Install it, unless that was done before; raises MissingPeerError."""
        directory = kept(f"workerd-{RELEASE}")
        binary = find_binary(directory)
        if binary is None:
            print("workerd: being installed, once; it is large", file=sys.stderr)
            said = npm_install("workerd", f"workerd@{RELEASE}", directory)
            binary = find_binary(directory)
            if binary is None:
                raise MissingPeerError(f"workerd: it cannot be installed or run: {said[-300:]}")
        self._binary = binary

    @contextlib.contextmanager
    def serving(self, workload: Workload, workers: int) -> Iterator[Server]:
        """Serve a workload for as long as the block lasts, by as many processes on one port."""
        with contextlib.ExitStack() as stack:
            directory = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            config = directory / "workerd.capnp"
            config.write_text(config_text())
            (directory / "worker.js").write_text(worker_text(workload))
            listeners = [stack.enter_context(listener) for listener in make_listeners(workers)]
            servers = [stack.enter_context(self._process(config, each)) for each in listeners]
            for listener in listeners:
                listener.close()  # each process has its own copy
            processes = [process for server in servers for process in server.processes]
            yield Server(servers[0].port, tuple(processes))

    def _process(
        self, config: Path, listener: socket.socket
    ) -> contextlib.AbstractContextManager[Server]:
        number = listener.fileno()
        options = ["--socket-fd", f"http={number}", "--control-fd", "1"]
        return serving("workerd", [self._binary, "serve", *options, config], pass_fds=[number])


def find_binary(directory: Path) -> Path | None:
    """Return the binary that npm has put below a directory; None if it is not there or fails.

    It is in a package for the platform: what the package `workerd` itself has is, without
    npm's scripts, Node around that.
    """
    for binary in directory.glob("node_modules/@cloudflare/workerd-*/bin/workerd"):
        with contextlib.suppress(OSError):
            done = subprocess.run([binary, "--version"], capture_output=True, check=False)
            if done.returncode == 0:
                return binary
    return None


def config_text() -> str:
    """Return the configuration, which has worker.js beside it."""
    return (PEERS / "workerd.capnp").read_text()


def worker_text(workload: Workload) -> str:
    """Return the script for a workload."""
    files = (PEERS / "shim.js", workload.script, PEERS / "workerd.js")
    return "\n".join([*(file.read_text() for file in files), f"serve({workload.name});\n"])


def make_listeners(count: int) -> list[socket.socket]:
    """Return sockets that listen on one port, among which the kernel spreads connections.

    Were it one socket for all processes, a single one might take every connection.
    """
    port, listeners = 0, []
    for _ in range(count):
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        listener.bind(("127.0.0.1", port))
        listener.listen(BACKLOG)
        port = listener.getsockname()[1]
        listeners.append(listener)
    return listeners
