"""Looks at the workers and at the broker itself, often, and says who is beyond a limit.

The I/O around `watch`: reads the kernel's figures in the broker's own loop. A worker whose
CPU clock has not moved is not looked at further, so an idle daemon's looks cost nearly
nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from actionsd_broker import kernel_word, log, own_memory
from actionsd_broker.connections import Connections
from actionsd_broker.watch import Breach, FloodWatch, HangUps, Watch
from actionsd_protocol.errors import FailureKind
from actionsd_protocol.messages import Step

LOOK_SECONDS = 0.025
"""Between two looks. A worker can fill memory with more than a gigabyte a second."""

TRIM_SECONDS = 0.25
"""From a flood's end until what it left is given back: for its connection to be cleared."""

MENTION_BYTES = 96 * 2**20
"""What the broker may grow beyond what it knows of, before somebody should know."""

MENTION_SECONDS = 1.0
"""Between two mentions of strangers: they may come by the thousand."""


class Culprit(NamedTuple):
    """A worker to end, and why."""

    worker: str
    breach: Breach


_FLOOD = Breach(FailureKind.WORKER_LOST, "the worker flooded the broker")
_HUNG_UP = Breach(FailureKind.WORKER_LOST, "the connection of the worker has ended")


class Sentry:
    """Knows the workers that are ready by name, and all that have connected by their pids.

    `worker_of` tells whose a pid is, `waiting_bytes` what of the broker's memory are jobs
    that wait.
    """

    def __init__(
        self,
        wall_bytes: int,
        connections: Connections,
        *,
        worker_of: Callable[[int], str | None],
        waiting_bytes: Callable[[], int],
    ) -> None:
        self._watch = Watch(wall_bytes)
        self._hang_ups = HangUps()
        self._floods = FloodWatch()
        self._connections = connections
        self._worker_of = worker_of
        self._waiting_bytes = waiting_bytes
        self._pids: dict[str, int] = {}
        self._cpu: dict[str, float] = {}  # at the last look
        self._at_rest = 0
        self._warned_at = 0
        self._trim_at: float | None = None
        self._mentioned_at = 0.0
        self.next_look = 0.0

    def rest(self) -> None:
        """Take the broker's memory as it is now for what it needs."""
        self._at_rest = own_memory.resident_bytes()

    def ready(self, worker: str, pid: int) -> None:
        """Watch a worker; raises OSError if it is gone already."""
        cpu, resident = kernel_word.cpu_seconds(pid), kernel_word.resident_bytes(pid)
        self._pids[worker] = pid
        self._floods.heard(pid)
        self._watch.ready(worker, cpu, resident)

    def heard(self, worker: str) -> None:
        """Take note that a message of a worker is here."""
        if worker in self._pids:
            self._floods.heard(self._pids[worker])

    def begun(self, worker: str, steps: Sequence[Step]) -> None:
        """Take note of the job that a worker was given."""
        self._watch.begun(worker, steps, self._clock(worker))

    def done(self, worker: str) -> float:
        """Take note that it is done; return the CPU seconds that it took."""
        return self._watch.done(worker, self._clock(worker))

    def gone(self, worker: str, pid: int | None) -> None:
        """Watch a worker no more; its pid is None if it was never born."""
        self._pids.pop(worker, None)
        self._cpu.pop(worker, None)
        self._watch.gone(worker)
        if pid is not None:
            self._connections.cut(pid)  # a child of its may have it still
            self._floods.gone(pid)

    def look(self, now: float) -> list[Culprit]:
        """Return the workers that are beyond their limits, each once, if it is time to look."""
        if now < self.next_look:
            return []
        self.next_look = now + LOOK_SECONDS
        self._mention_strangers(now)
        missing = self._connections.missing(self._pids.values())
        culprits = [
            *self._look_for_floods(now),
            *self._name(self._hang_ups.look(missing, now), _HUNG_UP),
            *(c for worker in self._pids if (c := self._look_at(worker)) is not None),
        ]
        return list({culprit.worker: culprit for culprit in reversed(culprits)}.values())

    def _look_at(self, worker: str) -> Culprit | None:
        pid = self._pids[worker]
        try:
            cpu = kernel_word.cpu_seconds(pid)
            if self._cpu.get(worker) == cpu:
                return None
            resident = kernel_word.resident_bytes(pid)
        except OSError:
            return None  # it is ending; its exit will be heard of
        self._cpu[worker] = cpu
        breach = self._watch.look(worker, cpu, resident)
        return None if breach is None else Culprit(worker, breach)

    def _look_for_floods(self, now: float) -> list[Culprit]:
        resident = own_memory.resident_bytes()
        culprits = self._name(self._floods.look(resident, self._connections.sending()), _FLOOD)
        if culprits:
            self._trim_at = now + TRIM_SECONDS
        elif self._trim_at is not None and now >= self._trim_at:
            own_memory.trim()
            self._trim_at = None
        self._mention_memory(resident)
        return culprits

    def _mention_memory(self, resident: int) -> None:
        known = self._waiting_bytes()
        if resident - known - self._at_rest < MENTION_BYTES:
            self._warned_at = 0
        elif resident > 2 * self._warned_at:
            self._warned_at = resident
            log.warning("broker_memory_high", bytes=resident, waiting_jobs_bytes=known)

    def _mention_strangers(self, now: float) -> None:
        if self._connections.strangers and now - self._mentioned_at >= MENTION_SECONDS:
            log.warning("strangers_cut_off", connections=self._connections.strangers)
            self._connections.strangers = 0
            self._mentioned_at = now

    def _name(self, pids: Iterable[int], breach: Breach) -> list[Culprit]:
        names = [self._worker_of(pid) for pid in pids]
        return [Culprit(name, breach) for name in names if name is not None]

    def _clock(self, worker: str) -> float:
        try:
            return kernel_word.cpu_seconds(self._pids[worker])
        except OSError:
            return self._cpu.get(worker, 0.0)  # it has just ended: the last that is known
