"""A process beside the broker that must not take it along: the HTTP gateway.

Started when the broker can serve it, replaced when it ends, with back-off; at the end told to
stop before the broker drains, and killed if it does not. The broker's loop asks and tells;
nothing here waits, but `close`. What the process does, it knows from its command line only.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Container, Mapping, Sequence
from typing import Protocol

from actionsd_broker import log
from actionsd_broker.restart import Backoff

STEADY_SECONDS = 10.0
"""Who has lived for so long is replaced at once, whatever was before."""

GRACE_SECONDS = 5.0
"""Beyond what it may take to stop, before it is killed."""

RETRY_SECONDS = 0.5
"""Before another try where the system would not even start a process."""

_READABLE = 1  # as zmq.POLLIN and select.EPOLLIN have it


class Poller(Protocol):
    """What of a poller is needed here."""

    def register(self, fd: int, flags: int = ...) -> object:
        """Watch a descriptor."""

    def unregister(self, fd: int) -> object:
        """Watch it no more."""


class Annex:
    """One process, from `open` on. Without a command there is none, and nothing is done.

    `drain_seconds` is what the process itself takes to stop at the most.
    """

    def __init__(
        self,
        command: Sequence[str] = (),
        environment: Mapping[str, str] | None = None,
        *,
        drain_seconds: float = 0.0,
    ) -> None:
        self._command = command
        self._environment = environment
        self._drain_seconds = drain_seconds
        self._backoff = Backoff()
        self._process: subprocess.Popen[bytes] | None = None
        self._pidfd = -1
        self._poller: Poller | None = None
        self._started_at = 0.0
        self._due: float | None = None  # when to start it
        self._kill_at: float | None = None  # when to kill it
        self._stopping = False

    @property
    def gone(self) -> bool:
        """Whether there is no process, and none will come."""
        return self._process is None and self._due is None

    @property
    def pid(self) -> int | None:
        """The process, None if there is none."""
        return None if self._process is None else self._process.pid

    def open(self, poller: Poller, now: float) -> None:
        """Start the process, now and whenever it ends; its end wakes the poller."""
        if self._command and not self._stopping:
            self._poller = poller
            self._start(now)

    def look(self, now: float, stirred: Container[object]) -> None:
        """Notice its end, replace it, kill it if it takes too long to stop.

        `stirred` has the descriptors that have woken the poller.
        """
        if self._process is not None and self._pidfd in stirred:
            self._bury(self._process.wait(), now)
        if self._kill_at is not None and now >= self._kill_at and self._process is not None:
            log.warning("gateway_killed", pid=self._process.pid, reason="it did not stop in time")
            self._process.kill()
            self._kill_at = None
        if self._due is not None and now >= self._due:
            self._start(now)

    def next_deadline(self) -> float | None:
        """Return when `look` has something to do, if nothing stirs before."""
        return self._kill_at if self._process is not None else self._due

    def stop(self, now: float) -> None:
        """Have the process finish what is under way and end; start no other."""
        self._stopping = True
        self._due = None
        if self._process is not None and self._kill_at is None:
            self._process.terminate()
            self._kill_at = now + self._drain_seconds + GRACE_SECONDS

    def close(self) -> None:
        """End the process now, if it is still there."""
        self._stopping = True
        self._due = None
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._forget()

    def _start(self, now: float) -> None:
        try:
            process, pidfd = self._spawn()
        except OSError as error:
            # No descriptors, no memory, no processes left: it may pass.
            self._due = now + max(RETRY_SECONDS, self._backoff.died(with_job=False))
            log.error("gateway_start_failed", reason=error.strerror or str(error))
            return
        self._due = None
        self._process = process
        self._started_at = now
        self._pidfd = pidfd
        if self._poller is not None:
            self._poller.register(self._pidfd, _READABLE)
        log.info("gateway_started", pid=process.pid)

    def _spawn(self) -> tuple[subprocess.Popen[bytes], int]:
        # Not of our process group: Ctrl-C is for the daemon, which tells it to stop.
        process = subprocess.Popen(
            self._command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            env=self._environment,
            process_group=0,
        )
        try:
            return process, os.pidfd_open(process.pid)
        except OSError:
            # Its end would not be noticed.
            process.kill()
            process.wait()
            raise

    def _bury(self, status: int, now: float) -> None:
        self._forget()
        if self._stopping:
            log.info("gateway_stopped", status=status)
            return
        if now - self._started_at >= STEADY_SECONDS:
            self._backoff.proved()
        delay = self._backoff.died(with_job=False)
        self._due = now + delay
        log.warning("gateway_ended", status=status, in_seconds=delay)

    def _forget(self) -> None:
        if self._poller is not None:
            self._poller.unregister(self._pidfd)
        os.close(self._pidfd)
        self._process = None
        self._kill_at = None
