"""Is a worker beyond its limits, deaf, or flooding the broker? Pure: readings in, breaches out.

What happens inside a worker is for a graceful end; this is the wall, for a worker that
does not keep its own limits any more. The figures are the kernel's (`kernel_word`), taken
from outside (`sentry`).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from actionsd_protocol.errors import FailureKind
from actionsd_protocol.messages import Step

CPU_SLACK_SECONDS = 0.25
"""What a job may cost beyond its actions' limits: reading it, sweeping up, its report."""

MEMORY_SLACK_BYTES = 64 * 2**20
"""What a worker may grow beyond its limits: V8's own, the job and its report."""

IDLE_CPU_SECONDS = 1.0
"""What a worker may spend without a job: a new realm takes some 20 ms."""

FLOOD = ((0, 20), (16 * 2**20, 3), (64 * 2**20, 1))
"""How many looks at which bytes of one and the same message were on their way are too many,
when the broker has grown by so many bytes since the first. An honest message has 4 MiB or so
and takes some milliseconds: one look or none. Without growth it is still endless: the broker
may have had room for it, or be kept busy with what leaves no trace."""

HANG_UP_SECONDS = 0.2
"""Between the end of a worker's connection and its death, if that is what ended it."""


class Breach(NamedTuple):
    """A limit that was passed, as a failure's kind and words."""

    kind: FailureKind
    message: str


@dataclass(slots=True)
class _Watched:
    """What is known of one worker: bytes held when it was new, seconds on its CPU clock."""

    resident_when_new: int
    cpu: float  # when it got its job, or had done the last one
    steps: Sequence[Step] | None = None
    resident_at_first: int | None = None  # when this job was first looked at


class Watch:
    """Holds each worker's readings against its limits; `wall_bytes` is for any of them."""

    def __init__(self, wall_bytes: int) -> None:
        self._wall_bytes = wall_bytes
        self._workers: dict[str, _Watched] = {}

    def ready(self, worker: str, cpu: float, resident: int) -> None:
        """Take note of a worker before its first job."""
        self._workers[worker] = _Watched(resident, cpu)

    def begun(self, worker: str, steps: Sequence[Step], cpu: float) -> None:
        """Take note of a job that a worker has got."""
        watched = self._workers[worker]
        watched.steps, watched.cpu, watched.resident_at_first = steps, cpu, None

    def done(self, worker: str, cpu: float) -> float:
        """Take note of its end; return the CPU seconds that it took."""
        watched = self._workers[worker]
        spent = cpu - watched.cpu
        watched.steps, watched.cpu = None, cpu
        return spent

    def gone(self, worker: str) -> None:
        """Forget a worker."""
        self._workers.pop(worker, None)

    def look(self, worker: str, cpu: float, resident: int) -> Breach | None:
        """Return the limit that a worker has passed, None if it keeps to them."""
        watched = self._workers[worker]
        if resident - watched.resident_when_new > self._wall_bytes + MEMORY_SLACK_BYTES:
            mib = self._wall_bytes // 2**20
            return Breach(FailureKind.MEMORY_LIMIT, f"the worker took more than {mib} MiB")
        spent = cpu - watched.cpu
        if watched.steps is not None:
            return _judge_job(watched, watched.steps, spent, resident)
        if spent > IDLE_CPU_SECONDS:
            return Breach(FailureKind.WORKER_LOST, "the worker is busy without a job")
        return None


def _judge_job(
    watched: _Watched, steps: Sequence[Step], spent: float, resident: int
) -> Breach | None:
    seconds = sum(step.cpu for step in steps)
    if spent > seconds + CPU_SLACK_SECONDS:
        return Breach(FailureKind.CPU_LIMIT, f"the job took more than {seconds:g} s of CPU")
    # From the first look on: what a worker holds by then may be there from former jobs.
    if watched.resident_at_first is None:
        watched.resident_at_first = resident
    mib = max(step.memory for step in steps)
    if resident - watched.resident_at_first > mib * 2**20 + MEMORY_SLACK_BYTES:
        return Breach(FailureKind.MEMORY_LIMIT, f"the job took more than {mib} MiB of memory")
    return None


class HangUps:
    """Finds workers that live on without a connection."""

    def __init__(self) -> None:
        self._since: dict[int, float] = {}

    def look(self, missing: Collection[int], now: float) -> list[int]:
        """Return who of those without a connection has had time enough to die of it."""
        self._since = {pid: self._since.get(pid, now) for pid in missing}
        return [pid for pid, since in self._since.items() if now - since >= HANG_UP_SECONDS]


@dataclass(slots=True)
class _Unfinished:
    """A message that has begun and is not here yet."""

    resident_at_first: int  # when it was first seen on its way
    looks: int = 0


class FloodWatch:
    """Finds who fills the broker's memory with a message that has no end.

    ZeroMQ keeps the frames of an unfinished message, however many, and does not tell
    whose they are. But the kernel tells whose bytes are on their way: an honest worker's
    are for a moment, and then its message is here.
    """

    def __init__(self) -> None:
        self._unfinished: dict[int, _Unfinished] = {}

    def heard(self, pid: int) -> None:
        """Take note that a message of this process is here."""
        self._unfinished.pop(pid, None)

    def gone(self, pid: int) -> None:
        """Forget a process."""
        self._unfinished.pop(pid, None)

    def look(self, resident: int, sending: Collection[int]) -> list[int]:
        """Return who floods; `sending` are those whose bytes are on their way.

        `resident` is what the broker holds, in bytes.
        """
        for pid in sending:
            self._unfinished.setdefault(pid, _Unfinished(resident)).looks += 1
        return [
            pid
            for pid, message in self._unfinished.items()
            if _floods(message.looks, resident - message.resident_at_first)
        ]


def _floods(looks: int, grown: int) -> bool:
    return any(grown >= bytes_ and looks >= enough for bytes_, enough in FLOOD)
