"""A daemon under test: a real process with real workers, and conditions to wait for."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import ClassVar

import psutil

PATIENCE_SECONDS = 60.0
_PR_SET_PDEATHSIG = 1


def _die_with_parent() -> None:
    # A test that hangs is ended with its whole process: its daemon must go with it.
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


@contextlib.contextmanager
def short_directory() -> Iterator[Path]:
    """Make a directory, for a while, with a path that is short enough for a socket's."""
    with tempfile.TemporaryDirectory(prefix="actionsd-t-", dir="/tmp") as name:
        yield Path(name)


SERVE = (sys.executable, "-m", "actionsd_broker.cli", "serve")


def lives(process: psutil.Process) -> bool:
    """Tell whether a process runs: a dead one may wait for seconds to be taken note of."""
    try:
        return bool(process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


class Daemon:
    """`actionsd serve` in a directory of its own."""

    _running: ClassVar[set[int]] = set()

    def __init__(
        self,
        directory: Path,
        arguments: list[str],
        command: Sequence[str] = SERVE,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self.endpoint = f"ipc://{directory}/c"
        self.process = subprocess.Popen(
            [*command, "--endpoint", self.endpoint, *arguments],
            stderr=subprocess.PIPE,
            text=True,
            cwd=directory,
            env={**os.environ, "STATE_DIRECTORY": str(directory), **(environment or {})},
            preexec_fn=_die_with_parent,  # noqa: PLW1509 - one system call, no lock is held
        )
        self._running.add(self.process.pid)
        self.lines: list[str] = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    @classmethod
    def left_over(cls) -> list[int]:
        """Return the daemons that no test has ended."""
        return [pid for pid in cls._running if psutil.pid_exists(pid)]

    def _read(self) -> None:
        if self.process.stderr is not None:
            for line in self.process.stderr:
                self.lines.append(line.rstrip("\n"))

    def wait_ready(self) -> None:
        """Wait for the ready line."""
        self.wait_line("actionsd ready")

    def wait_line(self, text: str, count: int = 1) -> str:
        """Wait until a text was logged so many times; return the last such line."""

        def found() -> bool:
            return sum(text in line for line in self.lines) >= count

        self._wait(found, f"{count} x {text!r} in the log")
        return [line for line in self.lines if text in line][-1]

    def wait_exit(self) -> int:
        """Wait until the daemon has ended; return its status."""
        status = self.process.wait(PATIENCE_SECONDS)
        self._reader.join()
        return status

    def workers(self) -> list[psutil.Process]:
        """Return the worker processes."""
        # The daemon's one child is the zygote; workers are forked from that.
        return [
            w for zygote in psutil.Process(self.process.pid).children() for w in zygote.children()
        ]

    def kill_worker(self, number: int) -> None:
        """Kill one of the workers that live: that of this number, counted round and round."""
        while True:
            living = [worker for worker in self.workers() if lives(worker)]
            # Or it was faster: one that was retired ends by itself. All may have, at once.
            with contextlib.suppress(psutil.NoSuchProcess):
                if living:
                    return living[number % len(living)].kill()
            time.sleep(0.002)

    def memory_bytes(self) -> int:
        """Return what the daemon itself holds."""
        held: int = psutil.Process(self.process.pid).memory_info().rss
        return held

    def descriptors(self) -> int:
        """Return how many descriptors the daemon itself has open."""
        count: int = psutil.Process(self.process.pid).num_fds()
        return count

    def signal(self, number: signal.Signals) -> None:
        """Send the daemon a signal."""
        self.process.send_signal(number)

    def wait_for(self, condition: Callable[[], bool], what: str) -> None:
        """Wait until something is so, while the daemon runs."""
        self._wait(condition, what)

    def log(self) -> str:
        """Return what was logged so far."""
        return "\n".join(self.lines)

    def end(self) -> None:
        """End the daemon, and see that its workers are gone too."""
        workers: list[psutil.Process] = []
        with contextlib.suppress(psutil.NoSuchProcess):
            workers = self.workers()
        if self.process.poll() is None:
            self.process.kill()
        self.wait_exit()
        if self.process.stderr is not None:
            self.process.stderr.close()
        self._running.discard(self.process.pid)
        until = time.monotonic() + 10
        while (
            alive := [worker for worker in workers if lives(worker)]
        ) and time.monotonic() < until:
            time.sleep(0.002)
        for worker in alive:
            worker.kill()
        assert not alive, f"workers outlived their broker: {alive}"

    def _wait(self, condition: Callable[[], bool], what: str) -> None:
        until = time.monotonic() + PATIENCE_SECONDS
        while not condition():
            if self.process.poll() is not None and not self._reader.is_alive() and not condition():
                raise AssertionError(f"the daemon ended before: {what}\n{self.log()}")
            if time.monotonic() > until:
                raise AssertionError(f"never came: {what}\n{self.log()[-8000:]}")
            time.sleep(0.01)


@contextlib.contextmanager
def serving(
    directory: Path, *arguments: str, environment: Mapping[str, str] | None = None
) -> Iterator[Daemon]:
    """Run a daemon that is ready, and end it whatever happens."""
    daemon = Daemon(directory, list(arguments), environment=environment)
    try:
        daemon.wait_ready()
        yield daemon
    finally:
        daemon.end()
