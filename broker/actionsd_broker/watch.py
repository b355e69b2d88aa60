"""Is a worker beyond its limits, or filling the broker's memory? Pure: readings in, breaches out.

What happens inside a worker is for a graceful end; this is the wall, for a worker that
does not keep its own limits any more. The figures are the kernel's (`kernel_word`), taken
from outside (`sentry`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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

FLOOD_BYTES = 96 * 2**20
"""What the broker may grow beyond what it knows of, before somebody is to blame for it."""

FLOOD_SHARE = 0.3
"""Of a core, in the kernel: who spends that much is sending, not running a script."""

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
    hung_up_at: float | None = None


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

    def hung_up(self, worker: str, now: float) -> None:
        """Take note that a worker's connection has ended, as it does when the worker does."""
        if worker in self._workers:
            self._workers[worker].hung_up_at = now

    def hanging(self, worker: str) -> bool:
        """Tell whether a worker's connection has ended, and the worker perhaps not."""
        return self._workers[worker].hung_up_at is not None

    def gone(self, worker: str) -> None:
        """Forget a worker."""
        self._workers.pop(worker, None)

    def look(self, worker: str, cpu: float, resident: int, now: float) -> Breach | None:
        """Return the limit that a worker has passed, None if it keeps to them."""
        watched = self._workers[worker]
        if watched.hung_up_at is not None and now - watched.hung_up_at >= HANG_UP_SECONDS:
            return Breach(FailureKind.WORKER_LOST, "the worker closed its connection")
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


class FloodWatch:
    """Finds who fills the broker's memory through its socket.

    ZeroMQ keeps the frames of an unfinished message, however many, and does not tell
    whose they are. But the kernel tells who spends its time in sending.
    """

    def __init__(self) -> None:
        self._base = 0
        self._before: dict[str, float] = {}
        self._before_at = 0.0

    def rest(self, resident: int) -> None:
        """Take what the broker holds now for what it holds at rest."""
        self._base = resident

    def rising(self, resident: int, known: int) -> bool:
        """Tell whether the broker holds more than it should; `known` bytes are jobs."""
        if resident - known - self._base >= FLOOD_BYTES:
            return True
        self._before = {}
        return False

    def culprit(self, system: Mapping[str, float], now: float) -> str | None:
        """Return the worker to end, if it is clear by now; `system` is seconds in the kernel.

        Asked while memory is rising; the second answer is the first that can be clear.
        """
        before, window = self._before, now - self._before_at
        self._before, self._before_at = dict(system), now
        spent = {worker: system[worker] - before[worker] for worker in system if worker in before}
        culprit = max(spent, key=spent.__getitem__, default=None)
        if culprit is None or spent[culprit] < FLOOD_SHARE * window:
            return None
        self._before = {}
        return culprit
