"""Starts worker processes, notices their deaths, replaces them.

It knows processes and time; what a death means is decided in `restart`, what it does to
a job in `dispatcher`. A death is seen through a pidfd, which the broker's poll loop
watches beside its sockets, so a replacement starts within the same millisecond.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import select
import subprocess
import sys
from collections import deque
from dataclasses import dataclass, field

from actionsd_broker import log
from actionsd_broker.restart import Backoff, classify
from actionsd_broker.restart import Death as Cause

START_SECONDS = 30.0
"""A worker that is not ready by then is killed."""

RETRY_SECONDS = 0.5
"""Before another try where the system would not even start a process."""

STDERR_BYTES = 4096
"""What is kept of a worker's last words."""

# Nothing of the broker's environment: it may hold secrets, and V8 and ICU read some of it.
_ENVIRONMENT = {"TZ": "UTC", "LANG": "C.UTF-8", "PATH": "/usr/bin:/bin"}


_PLACE = re.compile(r'^  File "[^"\n]*?([\w.<> -]{1,60})", (line \d{1,6})', re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Exit:
    """A worker process has ended."""

    worker: str
    cause: Cause
    places: str  # where its Python failed, if that is what ended it
    retired: bool


@dataclass(slots=True)
class _Worker:
    """One worker process, from its start to its reaping."""

    name: str
    process: subprocess.Popen[bytes]
    pidfd: int
    started_at: float
    ready: bool = False
    killed: bool = False
    retired: bool = False
    last_words: deque[bytes] = field(default_factory=lambda: deque(maxlen=8))


class Supervisor:
    """Keeps `count` workers alive. `epoll` is for the poll loop: readable when one stirs."""

    def __init__(self, count: int, endpoint: str) -> None:
        self._count = count
        self._endpoint = endpoint
        self._workers: dict[str, _Worker] = {}
        self._by_fd: dict[int, _Worker] = {}
        self._starts: list[float] = [0.0] * count  # when to start those that are missing
        self._backoff = Backoff()
        self._stopping = False
        self._serial = 0
        self.epoll = select.epoll()
        self.last_words = ""

    @property
    def ready_count(self) -> int:
        """How many workers have said that they are ready."""
        return sum(worker.ready for worker in self._workers.values())

    @property
    def alive(self) -> list[str]:
        """The workers whose processes have not been reaped."""
        return list(self._workers)

    @property
    def hopeless(self) -> bool:
        """Whether workers cannot be started at all."""
        return self._backoff.hopeless and self.ready_count == 0

    def start_due(self, now: float) -> list[str]:
        """Start the workers whose time has come; return their names."""
        if self._stopping:
            return []
        due = [at for at in self._starts if at <= now]
        self._starts = [at for at in self._starts if at > now]
        return [name for _ in due if (name := self._try_spawn(now)) is not None]

    def next_deadline(self) -> float | None:
        """Return when `start_due` or `kill_unready` has something to do."""
        waiting = [w.started_at + START_SECONDS for w in self._workers.values() if not w.ready]
        return min([*waiting, *([] if self._stopping else self._starts)], default=None)

    def ready(self, worker: str, pid: int) -> bool:
        """Take note that a worker is ready; False if it lies about who it is."""
        known = self._workers.get(worker)
        if known is None or known.process.pid != pid:
            return False
        known.ready = True
        return True

    def proved(self) -> None:
        """Take note that workers do work."""
        self._backoff.proved()

    def kill(self, worker: str) -> None:
        """End a worker's process, now."""
        known = self._workers.get(worker)
        if known is not None and not known.killed:
            known.killed = True
            known.process.kill()

    def retire(self, worker: str) -> None:
        """End a worker's process though nothing is wrong with it."""
        known = self._workers.get(worker)
        if known is not None:
            known.retired = True
            self.kill(worker)

    def kill_unready(self, now: float) -> None:
        """Kill the workers that take too long to start."""
        for worker in self._workers.values():
            if not worker.ready and now - worker.started_at >= START_SECONDS:
                self.kill(worker.name)

    def reap(self) -> list[Exit]:
        """Return the workers that have ended, after reading their last words."""
        exits = []
        for fd, _ in self.epoll.poll(0):
            worker = self._by_fd.get(fd)
            if worker is None:
                continue
            if fd == worker.pidfd:
                exits.append(self._bury(worker))
            else:
                self._listen(worker, fd)
        return exits

    def replace(self, exit_: Exit, *, with_job: bool, now: float) -> None:
        """Plan the replacement of a worker that ended."""
        delay = 0.0 if exit_.retired else self._backoff.died(with_job=with_job)
        if not self._stopping:
            self._starts.append(now + delay)
            level = log.info if delay == 0 else log.warning
            level("worker_replaced", worker=short(exit_.worker), in_seconds=delay)

    def stop(self) -> None:
        """Start no more workers."""
        self._stopping = True

    def close(self) -> None:
        """Kill and reap whatever is left."""
        self.stop()
        for worker in list(self._workers.values()):
            self.kill(worker.name)
            worker.process.wait()
            self._bury(worker)
        self.epoll.close()

    def _try_spawn(self, now: float) -> str | None:
        try:
            return self._spawn(now)
        except OSError as error:
            # No descriptors, no memory, no processes left: it may pass.
            delay = self._backoff.died(with_job=False)
            self._starts.append(now + max(delay, RETRY_SECONDS))
            self.last_words = f"cannot start a process: {error}"
            log.error("worker_start_failed", reason=error.strerror)
            return None

    def _spawn(self, now: float) -> str:
        self._serial += 1
        # The second half nobody can guess: it is what lets the worker in.
        name = f"w{self._serial}-{secrets.token_hex(16)}"
        process = subprocess.Popen(
            [sys.executable, "-E", "-P", "-m", "actionsd_worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            env=_ENVIRONMENT,
            cwd="/",
        )
        worker = _Worker(name, process, os.pidfd_open(process.pid), now)
        self._workers[name] = worker
        self._watch(worker.pidfd, worker)
        if process.stderr is not None:
            os.set_blocking(process.stderr.fileno(), False)
            self._watch(process.stderr.fileno(), worker)
        self._order(worker)
        log.info("worker_started", worker=short(name), pid=process.pid)
        return name

    def _order(self, worker: _Worker) -> None:
        orders = {"endpoint": self._endpoint, "identity": worker.name, "parent": os.getpid()}
        stdin = worker.process.stdin
        if stdin is None:
            return
        try:
            stdin.write(json.dumps(orders).encode() + b"\n")
            stdin.close()
        except BrokenPipeError:
            pass  # dead already: its pidfd will say so

    def _watch(self, fd: int, worker: _Worker) -> None:
        self._by_fd[fd] = worker
        self.epoll.register(fd, select.EPOLLIN)

    def _unwatch(self, fd: int) -> None:
        if self._by_fd.pop(fd, None) is not None:
            self.epoll.unregister(fd)

    def _listen(self, worker: _Worker, fd: int) -> None:
        # One bounded read for each turn of the loop: a worker cannot talk us to a stop.
        try:
            words = os.read(fd, STDERR_BYTES)
        except BlockingIOError:
            return
        if words:
            worker.last_words.append(words)
        else:
            self._unwatch(fd)

    def _bury(self, worker: _Worker) -> Exit:
        returncode = worker.process.wait()
        stderr = worker.process.stderr
        if stderr is not None:
            if stderr.fileno() in self._by_fd:
                self._listen(worker, stderr.fileno())
            self._unwatch(stderr.fileno())
            stderr.close()
        self._unwatch(worker.pidfd)
        os.close(worker.pidfd)
        del self._workers[worker.name]
        cause = classify(returncode)
        words = b"".join(worker.last_words)[-STDERR_BYTES:].decode(errors="replace").strip()
        if words and not worker.ready:
            # Only of a worker that never had a job: another's may quote what it worked on.
            self.last_words = words
        return Exit(worker.name, cause, traceback_places(words), worker.retired)


def traceback_places(words: str) -> str:
    """Return the places of a Python traceback; not its message, which may quote anything."""
    return " < ".join(" ".join(place) for place in reversed(_PLACE.findall(words)))


def short(worker: str) -> str:
    """Return a worker's name for logs, without the half that is a secret."""
    return worker.partition("-")[0]
