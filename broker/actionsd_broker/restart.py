"""What a worker's death means, and when to replace it. Pure.

A death with a job is that job's doing: the replacement starts at once. A death without
one, before the worker was ready or while it was idle, is ours: repeated, it would be a
crash loop, so replacements wait longer and longer, and at last we give up.
"""

from __future__ import annotations

import signal
from typing import NamedTuple

from actionsd_protocol.errors import FailureKind

EXIT_LATE = 75
"""A worker's own end when a script would not stop (actionsd_sandbox.deadline)."""

EXIT_CPU = 76
"""The same, for CPU."""

EXIT_MEMORY = 77
"""The same, for memory."""

FIRST_DELAY_SECONDS = 0.1
LONGEST_DELAY_SECONDS = 5.0
HOPELESS_FAILURES = 6
"""Deaths without a job in a row after which a broker that has no worker gives up."""

_FROM_OUTSIDE = frozenset({signal.SIGKILL, signal.SIGTERM, signal.SIGINT})
"""Sent by an operator, or by the kernel in need of memory; or by ourselves, who know why."""


class Death(NamedTuple):
    """What a worker's end does to the job that it had, and how to put it into words.

    `culpable` where the job itself may have brought it about.
    """

    kind: FailureKind
    reason: str
    culpable: bool = True


ZYGOTE_GONE = Death(
    FailureKind.WORKER_LOST, "the zygote ended, and every worker with it", culpable=False
)
"""What a worker's end is when its zygote's was first."""


def classify(returncode: int) -> Death:
    """Return what a return code says, negative for a signal (sealed-worker.md, 9)."""
    if returncode == EXIT_LATE:
        return Death(FailureKind.TIMEOUT, "the action took longer than its timeout")
    if returncode == EXIT_CPU:
        return Death(FailureKind.CPU_LIMIT, "the action took more CPU than it may")
    if returncode in (EXIT_MEMORY, -signal.SIGTRAP):
        # V8 ends the process with a trap when its heap is full.
        return Death(FailureKind.MEMORY_LIMIT, "the action took more memory than it may")
    if returncode == -signal.SIGSYS:
        # The tripwires of its system call filter: nothing honest ever gets there.
        return Death(FailureKind.WORKER_LOST, "the worker tried to break out, and was killed")
    if returncode < 0:
        words = f"the worker was killed by {_signal(-returncode)}"
        return Death(FailureKind.WORKER_LOST, words, culpable=-returncode not in _FROM_OUTSIDE)
    return Death(FailureKind.WORKER_LOST, f"the worker exited with status {returncode}")


def _signal(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


class Backoff:
    """Counts deaths without a job, for all workers together."""

    def __init__(self) -> None:
        self.failures = 0

    def proved(self) -> None:
        """Take note of a worker that did a job: whatever was wrong is not any more."""
        self.failures = 0

    def died(self, *, with_job: bool) -> float:
        """Take note of a death; return the seconds to wait before its replacement."""
        if with_job:
            return 0.0
        self.failures += 1
        if self.failures == 1:
            return 0.0
        return min(FIRST_DELAY_SECONDS * 2.0 ** (self.failures - 2), LONGEST_DELAY_SECONDS)

    @property
    def hopeless(self) -> bool:
        """Whether it is time to give up, if no worker is left."""
        return self.failures >= HOPELESS_FAILURES
