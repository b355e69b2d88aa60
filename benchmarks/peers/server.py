"""The processes of a peer that serves HTTP on loopback: started, waited for, and ended."""

from __future__ import annotations

import contextlib
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec
import psutil
from msgspec import Struct

from benchmarks.accounting import brood_cpu
from benchmarks.errors import BenchmarkError

END_SECONDS = 30


class Server(NamedTuple):
    """A peer that listens."""

    port: int
    processes: tuple[psutil.Process, ...]

    def cpu(self) -> float:
        """Return the seconds of CPU of its processes and their children."""
        return sum(map(brood_cpu, self.processes))


class Listening(Struct):
    """What workerd says when it listens; the others say the bare port."""

    port: int


@contextlib.contextmanager
def serving(
    peer: str,
    command: Sequence[str | Path],
    *,
    environment: Mapping[str, str] | None = None,
    pass_fds: Sequence[int] = (),
) -> Iterator[Server]:
    """Run a server for as long as the block lasts; its first line says that it listens.

    Raises BenchmarkError if it ends without having said so; why is on standard error.
    """
    # With its input open: those that read it end with it, also where we are killed.
    process = subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=environment,
        pass_fds=pass_fds,
    )
    try:
        line = "" if process.stdout is None else process.stdout.readline()
        yield Server(_port_in(peer, line), (psutil.Process(process.pid),))
    finally:
        process.terminate()
        process.communicate(timeout=END_SECONDS)


def _port_in(peer: str, line: str) -> int:
    try:
        said = msgspec.json.decode(line, type=int | Listening)
    except msgspec.DecodeError as error:
        raise BenchmarkError(f"{peer}'s server did not start") from error
    return said if isinstance(said, int) else said.port
