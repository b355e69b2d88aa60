"""Whether something grows: the slope of a series that has noise in it. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from statistics import median
from typing import NamedTuple

SETTLING = 1 / 3
"""The share at the beginning that is not looked at: caches fill."""

TOLERATED_SHARE = 0.05
TOLERATED_MIB = 4.0
MOST_POINTS = 300
"""Of longer series, evenly spaced ones: pairs grow with the square."""


class Sample(NamedTuple):
    """A value, and when it was taken."""

    seconds: float
    mib: float


class Trend(NamedTuple):
    """How a series moves, once it has settled."""

    level_mib: float
    growth_mib: float  # over the time that is looked at
    mib_per_hour: float
    flat: bool

    def __str__(self) -> str:
        """Return it for people."""
        word = "flat" if self.flat else "GROWS"
        return (
            f"{word}: {self.level_mib:.1f} MiB, {self.growth_mib:+.1f} MiB in the time that "
            f"is looked at, {self.mib_per_hour:+.1f} MiB/h"
        )


def find_trend(samples: Sequence[Sample]) -> Trend:
    """Return how a series moves; one that shrinks is flat.

    The slope is the median of the slopes between all pairs (Theil and Sen): a few samples
    that stand out do not move it.
    """
    settled = samples[int(len(samples) * SETTLING) :]
    if len(settled) < 2:
        raise ValueError("too few samples")
    thinned = settled[:: -(-len(settled) // MOST_POINTS)]
    pairs = [(a, b) for a, b in combinations(thinned, 2) if b.seconds > a.seconds]
    slope = median((b.mib - a.mib) / (b.seconds - a.seconds) for a, b in pairs)
    growth = slope * (settled[-1].seconds - settled[0].seconds)
    level = median(sample.mib for sample in settled)
    tolerated = max(TOLERATED_MIB, TOLERATED_SHARE * level)
    return Trend(level, growth, slope * 3600, growth <= tolerated)
