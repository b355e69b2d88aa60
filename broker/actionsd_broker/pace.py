"""How long chains of actions take, as far as they have shown it. Pure.

What is known to be over in a moment may share a message to a worker with others. A chain
that once took long is not, until it has been short for a while.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import TypeAlias

from actionsd_broker.job import Job

REMEMBERED = 4096
"""Chains; of more, those that were not run for longest are forgotten."""

_FORGETTING = 0.125
"""How much of the way from what was expected to what was seen, if that was less."""

LONG_SECONDS = 1.0
"""What a chain is expected to take that nobody knows, or that waits for something."""


_Key: TypeAlias = tuple[str, tuple[str, ...]]


class Pace:
    """Expects a tenant's chain to take what it took lately, at the worst."""

    def __init__(self) -> None:
        self._seconds: OrderedDict[_Key, float] = OrderedDict()

    def expected(self, job: Job) -> float:
        """Return how many seconds a job may be expected to take."""
        return self._seconds.get((job.tenant, job.plan.key), LONG_SECONDS)

    def note(self, job: Job, seconds: float) -> None:
        """Take note of what a job has taken."""
        key = (job.tenant, job.plan.key)
        expected = self._seconds.get(key)
        if expected is not None and seconds < expected:
            seconds = expected + (seconds - expected) * _FORGETTING
        self._seconds[key] = seconds
        self._seconds.move_to_end(key)
        if len(self._seconds) > REMEMBERED:
            self._seconds.popitem(last=False)
