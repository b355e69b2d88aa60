"""Has worker processes started, notices their deaths, replaces them.

It knows processes and time; what a death means is decided in `restart`, what it does to
a job in `dispatcher`. Workers are forked by a zygote (`launcher`), which tells of each
birth and death, so a replacement starts within the same millisecond.
"""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import select
import signal
from collections.abc import Container
from dataclasses import dataclass
from typing import NamedTuple

from actionsd_broker import kernel_word, log
from actionsd_broker.last_words import LastWords
from actionsd_broker.launcher import Born, Event, Launcher, ZygoteGone
from actionsd_broker.restart import ZYGOTE_GONE, Backoff, classify
from actionsd_broker.restart import Death as Cause
from actionsd_broker.uids import Uids
from actionsd_protocol.orders import Exited, Probe, Unspawned, WorkerOrders

START_SECONDS = 30.0
"""A worker that is not ready by then is killed."""

CLOSE_SECONDS = 5.0
"""For the zygote to tell of each death at the end."""

RETRY_SECONDS = 0.5
"""Before another try where the system would not even start a process."""

_PLACE = re.compile(r'^  File "[^"\n]*?([\w.<> -]{1,60})", (line \d{1,6})', re.MULTILINE)


class Quarters(NamedTuple):
    """What every worker is told of where it lives: absolute paths, and its memory."""

    socket: str
    empty: str
    memory_mib: int
    jitless: bool = False

    def orders(self, identity: str, uid: int | None, probe: Probe | None = None) -> WorkerOrders:
        """Return how to start a worker that lives here."""
        return WorkerOrders(
            identity=identity,
            socket=self.socket,
            empty=self.empty,
            uid=uid,
            memory_mib=self.memory_mib,
            probe=probe,
        )


@dataclass(frozen=True, slots=True)
class Exit:
    """A worker process has ended."""

    worker: str
    cause: Cause
    pid: int | None  # None if it was never born
    places: str  # where its Python failed, if that is what ended it
    retired: bool  # by us, and its replacement is on its way


class Employee(NamedTuple):
    """A worker whose end has not been seen; its pid is None before its birth."""

    name: str
    pid: int | None
    ready: bool
    ordered_at: float


@dataclass(slots=True)
class _Worker:
    """One worker process, from its order to its end."""

    name: str
    uid: int | None
    stderr: int
    ordered_at: float
    pid: int | None = None
    pidfd: int | None = None
    ready: bool = False
    killed: bool = False
    retired: bool = False


class Supervisor:
    """Keeps `count` workers alive. `epoll` is for the poll loop: readable when one stirs."""

    def __init__(self, count: int, quarters: Quarters) -> None:
        self._quarters = quarters
        self._launcher: Launcher | None = None
        self._workers: dict[str, _Worker] = {}
        self._uids = Uids()
        self._count = count
        self._starts: list[float] = [0.0] * count  # when to start those that are missing
        self._exits: list[Exit] = []
        self._backoff = Backoff()
        self._stopping = False
        self._serial = 0
        self.epoll = select.epoll()
        self._words = LastWords(self.epoll)
        self.last_words = ""

    @property
    def ready_count(self) -> int:
        """How many workers may have jobs."""
        return sum(worker.ready for worker in self._workers.values())

    @property
    def alive(self) -> list[str]:
        """The workers whose end has not been seen."""
        return list(self._workers)

    def staff(self) -> list[Employee]:
        """Return the workers, the oldest first."""
        return [Employee(w.name, w.pid, w.ready, w.ordered_at) for w in self._workers.values()]

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
        """Return when `start_due`, `kill_unready` or `reap` has something to do."""
        waiting = [w.ordered_at + START_SECONDS for w in self._workers.values() if not w.ready]
        unseen = [0.0] if self._exits else []
        return min([*unseen, *waiting, *([] if self._stopping else self._starts)], default=None)

    def ready(self, worker: str) -> None:
        """Take note that a worker may have jobs."""
        self._workers[worker].ready = True

    def pid(self, worker: str) -> int | None:
        """Return a worker's process, None if it is none yet, or no more."""
        known = self._workers.get(worker)
        return None if known is None else known.pid

    def worker_of(self, pid: int) -> str | None:
        """Return whose a process is, None if it is no living worker's."""
        self._hear()  # of its birth: what it does itself may have been faster
        return next((w.name for w in self._workers.values() if w.pid == pid), None)

    def employs(self, pid: int) -> bool:
        """Tell whether a process is a living worker."""
        if self.worker_of(pid) is not None:
            return True
        # Or one whose birth the zygote has not told of yet.
        return self._launcher is not None and kernel_word.parent(pid) == self._launcher.pid

    def uid(self, worker: str) -> int | None:
        """Return the uid that a worker was to take, None if it was to keep ours."""
        return self._workers[worker].uid

    def proved(self) -> None:
        """Take note that workers do work."""
        self._backoff.proved()

    def kill(self, worker: str) -> None:
        """End a worker's process, now."""
        known = self._workers.get(worker)
        if known is not None and not known.killed:
            known.killed = True
            _kill(known)

    def retire(self, worker: str, now: float) -> None:
        """End a worker that did nothing wrong; its replacement, if there is to be one, starts."""
        known = self._workers.get(worker)
        if known is not None and not known.killed:
            self.kill(worker)
            known.retired = True
            self._start_one(now)

    def scale(self, count: int, now: float) -> None:
        """Keep so many workers alive from now on. Which are too many, others decide."""
        self._count = count
        while self._start_one(now):
            pass
        while self._starts and self._headcount > count:
            self._starts.remove(max(self._starts))

    def kill_unready(self, now: float) -> None:
        """Kill the workers that take too long to start."""
        for worker in self._workers.values():
            late = not worker.ready and now - worker.ordered_at >= START_SECONDS
            if late and not worker.killed:
                reason = f"not ready after {START_SECONDS:g} s"
                log.warning("worker_killed", worker=short(worker.name), reason=reason)
                self.kill(worker.name)

    def stirs(self, stirred: Container[object]) -> bool:
        """Tell whether `reap` has something to return, by what the poll loop says has stirred.

        The epoll alone does not know: an end may have been heard of in passing, by whoever
        asked about a birth.
        """
        return bool(self._exits) or self.epoll.fileno() in stirred

    def reap(self) -> list[Exit]:
        """Return the workers that have ended, after reading their last words."""
        for fd, _ in self.epoll.poll(0):
            self._words.read(fd)
        self._hear()
        exits, self._exits = self._exits, []
        return exits

    def talkative(self) -> list[str]:
        """Return who has written to its standard error beyond measure."""
        return [name for name in self._words.talkative() if name in self._workers]

    def replace(self, exit_: Exit, *, with_job: bool, now: float) -> None:
        """Plan the replacement of a worker that ended, unless there is one too many."""
        if exit_.retired:
            return
        delay = self._backoff.died(with_job=with_job)
        if not self._stopping and self._start_one(now + delay):
            level = log.info if delay == 0 else log.warning
            level("worker_replaced", worker=short(exit_.worker), in_seconds=delay)

    def stop(self) -> None:
        """Start no more workers."""
        self._stopping = True

    def close(self) -> None:
        """Kill whatever is left, and return when it is gone."""
        self.stop()
        for worker in list(self._workers):
            self.kill(worker)
        while self._workers and self._launcher is not None:
            if not select.select([self._launcher.control], [], [], CLOSE_SECONDS)[0]:
                break  # the zygote does not answer; the workers die with it
            self._hear()
        self._close_launcher()
        for name in list(self._workers):
            self._bury(name, ZYGOTE_GONE)
        self.epoll.close()

    @property
    def _headcount(self) -> int:
        """How many workers there are or will be, without those that were retired."""
        return len(self._starts) + sum(not worker.retired for worker in self._workers.values())

    def _start_one(self, at: float) -> bool:
        """Plan to start a worker if one is missing; tell whether it was."""
        missing = self._headcount < self._count
        if missing:
            self._starts.append(at)
        return missing

    def _try_spawn(self, now: float) -> str | None:
        try:
            return self._spawn(now)
        except OSError as error:
            # No descriptors, no memory, no processes left: it may pass.
            self._start_failed(error.strerror or str(error), now)
            return None

    def _start_failed(self, reason: str, now: float) -> None:
        delay = self._backoff.died(with_job=False)
        self._starts.append(now + max(delay, RETRY_SECONDS))
        self.last_words = f"cannot start a process: {reason}"
        log.error("worker_start_failed", reason=reason)

    def _spawn(self, now: float) -> str:
        if self._launcher is None:
            self._launcher = self._open_launcher()
        self._serial += 1
        # The second half nobody can guess: it is what lets the worker in.
        name = f"w{self._serial}-{secrets.token_hex(16)}"
        stderr, theirs = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        uid = None
        try:
            uid = self._uids.take()
            self._launcher.spawn(self._quarters.orders(name, uid), theirs)
        except OSError:
            self._uids.give_back(uid)
            os.close(stderr)
            raise
        finally:
            os.close(theirs)
        worker = _Worker(name, uid, stderr, now)
        self._workers[name] = worker
        self._words.watch(name, stderr)
        return name

    def _open_launcher(self) -> Launcher:
        launcher = Launcher(jitless=self._quarters.jitless)
        self.epoll.register(launcher.control, select.EPOLLIN)
        self._words.watch("zygote", launcher.stderr)
        log.info("zygote_started", pid=launcher.pid)
        return launcher

    def _close_launcher(self) -> str:
        """End the zygote; return its last words."""
        if self._launcher is None:
            return ""
        self.epoll.unregister(self._launcher.control)
        words = self._words.take(self._launcher.stderr)
        self._launcher.close()
        self._launcher = None
        return words

    def _hear(self) -> None:
        if self._launcher is not None:
            for event in self._launcher.receive():
                self._zygote_event(event)

    def _zygote_event(self, event: Event) -> None:
        match event:
            case Born(identity, pid, pidfd):
                self._born(self._workers[identity], pid, pidfd)
            case Unspawned(identity, error):
                reason = os.strerror(error)
                log.error("worker_start_failed", reason=reason)
                self._bury(identity, classify(1))
                self.last_words = f"cannot start a process: {reason}"
            case Exited(identity, returncode):
                self._bury(identity, classify(returncode))
            case ZygoteGone(returncode):
                self._zygote_gone(returncode)

    def _born(self, worker: _Worker, pid: int, pidfd: int) -> None:
        worker.pid, worker.pidfd = pid, pidfd
        log.info("worker_started", worker=short(worker.name), pid=pid)
        if worker.killed:
            _kill(worker)

    def _zygote_gone(self, returncode: int) -> None:
        words = self._close_launcher()
        log.error("zygote_exited", returncode=returncode, at=traceback_places(words))
        self.last_words = words or self.last_words
        for worker in list(self._workers.values()):
            _kill(worker)  # it dies with the zygote; this only hurries it
            self._bury(worker.name, ZYGOTE_GONE)

    def _bury(self, name: str, cause: Cause) -> None:
        worker = self._workers.pop(name)
        words = self._words.take(worker.stderr)
        os.close(worker.stderr)
        self._uids.give_back(worker.uid)
        if worker.pidfd is not None:
            os.close(worker.pidfd)
        if words and not worker.ready:
            # Only of a worker that never had a job: another's may quote what it worked on.
            self.last_words = words
        self._exits.append(Exit(name, cause, worker.pid, traceback_places(words), worker.retired))


def _kill(worker: _Worker) -> None:
    if worker.pidfd is not None:
        with contextlib.suppress(ProcessLookupError):  # it was faster
            signal.pidfd_send_signal(worker.pidfd, signal.SIGKILL)


def traceback_places(words: str) -> str:
    """Return the places of a Python traceback; not its message, which may quote anything."""
    return " < ".join(" ".join(place) for place in reversed(_PLACE.findall(words)))


def short(worker: str) -> str:
    """Return a worker's name for logs, without the half that is a secret."""
    return worker.partition("-")[0]
