"""The jobs that a worker was given at once: whose turn it is, and who is to blame. Pure."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from actionsd_broker.job import Job
from actionsd_protocol.errors import FailureKind

BATCH_JOBS = 32
BATCH_SECONDS = 0.008
BATCH_BYTES = 256 * 2**10
"""Bounds of what a worker is given at once: how many, how long they may be expected to
take, and what they may weigh."""

STALL_SECONDS = 0.03
"""After which the jobs behind one that takes so long are given to others."""


@dataclass(slots=True)
class Batch:
    """The jobs in a worker, the one whose turn it is first."""

    jobs: deque[Job]
    own: int  # so many of them, the first ones: the others have been given to other workers
    started_at: float  # the first one: what the ones before took is the worker's word
    moved_at: float  # when it was given to the worker, or the one before was reported on
    deadline: float
    asked: bool = False  # whether the first one is known to run, for it has asked for something
    verdict: tuple[FailureKind, str] | None = None  # why we killed the worker, if we did

    @classmethod
    def given(cls, jobs: Iterable[Job], now: float) -> Self:
        """Return the batch of these jobs, just given to a worker."""
        waiting = deque(jobs)
        return cls(waiting, len(waiting), now, now, now + waiting[0].budget_seconds)

    @property
    def due(self) -> float:
        """When something is to be done about it, if nothing is heard of it before."""
        if self.own == 1:
            return self.deadline
        return min(self.deadline, self.moved_at + STALL_SECONDS)

    def move_on(self, seconds: float, now: float) -> None:
        """Turn to the next job: the one before took so long, or so."""
        self.started_at = min(now, self.started_at + seconds)
        self.moved_at, self.asked = now, False
        self.deadline = now + self.jobs[0].budget_seconds

    def give_back(self, kept: int) -> list[Job]:
        """Keep so many of its own jobs; return the others, which have not begun or count so."""
        returned = list(self.jobs)[kept : self.own]
        self.own = min(kept, self.own)
        return returned

    def culprit(self, kind: FailureKind) -> Job | None:
        """Return the job that is to blame for an end of this kind, None if that is not clear."""
        if len(self.jobs) == 1 or self.asked:
            return self.jobs[0]
        # One that was just done has its report under way still, unless it took the worker a
        # while to end: by then that had left.
        slow = kind in (FailureKind.TIMEOUT, FailureKind.CPU_LIMIT)
        return self.jobs[0] if self.own == 1 and slow else None
