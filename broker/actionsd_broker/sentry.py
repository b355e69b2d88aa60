"""Looks at the workers and at the broker itself, often, and says who is beyond a limit.

The I/O around `watch`: reads the kernel's figures in the broker's own loop. A worker whose
CPU clock has not moved is not looked at further, so an idle daemon's looks cost nearly
nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from actionsd_broker import kernel_word, log
from actionsd_broker.watch import Breach, FloodWatch, Watch
from actionsd_protocol.errors import FailureKind
from actionsd_protocol.messages import Step

LOOK_SECONDS = 0.025
"""Between two looks. A worker can fill memory with more than a gigabyte a second."""


class Culprit(NamedTuple):
    """A worker to end, and why."""

    worker: str
    breach: Breach


_FLOOD = Breach(FailureKind.WORKER_LOST, "the worker flooded the broker")


class Sentry:
    """Knows the living workers by name and pid.

    `waiting_bytes` tells what of the broker's memory are jobs that wait.
    """

    def __init__(self, wall_bytes: int, waiting_bytes: Callable[[], int]) -> None:
        self._watch = Watch(wall_bytes)
        self._floods = FloodWatch()
        self._waiting_bytes = waiting_bytes
        self._pids: dict[str, int] = {}
        self._cpu: dict[str, float] = {}  # at the last look
        self._warned_at = 0
        self.next_look = 0.0

    def rest(self) -> None:
        """Take the broker's memory as it is now for the measure of floods."""
        self._floods.rest(kernel_word.resident_bytes("self"))

    def ready(self, worker: str, pid: int) -> None:
        """Watch a worker; raises OSError if it is gone already."""
        cpu, resident = kernel_word.cpu_seconds(pid), kernel_word.resident_bytes(pid)
        self._pids[worker] = pid
        self._watch.ready(worker, cpu, resident)

    def begun(self, worker: str, steps: Sequence[Step]) -> None:
        """Take note of the job that a worker was given."""
        self._watch.begun(worker, steps, self._clock(worker))

    def done(self, worker: str) -> float:
        """Take note that it is done; return the CPU seconds that it took."""
        return self._watch.done(worker, self._clock(worker))

    def hung_up(self, pid: int, now: float) -> None:
        """Take note that a process's connection has ended."""
        for worker, its in self._pids.items():
            if its == pid:
                self._watch.hung_up(worker, now)
                self._cpu.pop(worker, None)  # so that it is looked at

    def gone(self, worker: str) -> None:
        """Watch a worker no more."""
        self._pids.pop(worker, None)
        self._cpu.pop(worker, None)
        self._watch.gone(worker)

    def look(self, now: float) -> list[Culprit]:
        """Return the workers that are beyond their limits, if it is time to look."""
        if now < self.next_look:
            return []
        self.next_look = now + LOOK_SECONDS
        culprits = [c for worker in self._pids if (c := self._look_at(worker, now)) is not None]
        return culprits or self._look_for_floods(now)

    def _look_at(self, worker: str, now: float) -> Culprit | None:
        pid = self._pids[worker]
        try:
            cpu = kernel_word.cpu_seconds(pid)
            if self._cpu.get(worker) == cpu:
                return None
            resident = kernel_word.resident_bytes(pid)
        except OSError:
            return None  # it is ending; its exit will be heard of
        breach = self._watch.look(worker, cpu, resident, now)
        if not self._watch.hanging(worker):
            self._cpu[worker] = cpu
        return None if breach is None else Culprit(worker, breach)

    def _look_for_floods(self, now: float) -> list[Culprit]:
        resident, known = kernel_word.resident_bytes("self"), self._waiting_bytes()
        if not self._floods.rising(resident, known):
            self._warned_at = 0
            return []
        if resident > 2 * self._warned_at:
            self._warned_at = resident
            log.warning("broker_memory_high", bytes=resident, waiting_jobs_bytes=known)
        culprit = self._floods.culprit(self._system_seconds(), now)
        return [] if culprit is None else [Culprit(culprit, _FLOOD)]

    def _system_seconds(self) -> Mapping[str, float]:
        seconds = {}
        for worker, pid in self._pids.items():
            try:
                seconds[worker] = kernel_word.system_seconds(pid)
            except OSError:
                continue
        return seconds

    def _clock(self, worker: str) -> float:
        try:
            return kernel_word.cpu_seconds(self._pids[worker])
        except OSError:
            return self._cpu.get(worker, 0.0)  # it has just ended: the last that is known
