"""Sums of what jobs took: counts, and from how long to how long most of them were. Pure.

A series keeps counts in buckets, four for each doubling, from a microsecond on: what is read
from them is off by an eighth of itself at the most, and their number does not grow with jobs.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import deque
from itertools import accumulate
from math import frexp, ldexp
from typing import Any

SLOTS = 6
SLOT_SECONDS = 10.0
"""The last minute is what is in the present slot and the five before it."""

_LEAST_SECONDS = 1e-6
_ONE_MORE = "other"
_MOST_NAMES = 32
_PER_DOUBLING = 4
_BOUNDS = range(-13, 6)  # powers of two: from an eighth of a millisecond to 32 seconds


class Series:
    """One kind of time, of many jobs."""

    __slots__ = ("buckets", "count", "seconds")

    def __init__(self) -> None:
        self.count = 0
        self.seconds = 0.0
        self.buckets: dict[int, int] = {}  # those that are not empty

    def note(self, seconds: float) -> None:
        """Take in one time."""
        self.count += 1
        self.seconds += seconds
        mantissa, exponent = frexp(max(_LEAST_SECONDS, seconds))
        # A mantissa is from 1/2 to 1: four parts of equal width.
        bucket = _PER_DOUBLING * exponent + int(2 * _PER_DOUBLING * mantissa)
        self.buckets[bucket] = self.buckets.get(bucket, 0) + 1

    def add(self, other: Series) -> None:
        """Take in what another has."""
        self.count += other.count
        self.seconds += other.seconds
        for bucket, count in other.buckets.items():
            self.buckets[bucket] = self.buckets.get(bucket, 0) + count

    def quantiles(self, *parts: float) -> list[float]:
        """Return the seconds that these parts of all did not exceed, or hardly; 0 of nothing."""
        buckets = sorted(self.buckets)
        reached = list(accumulate(self.buckets[bucket] for bucket in buckets))
        if not buckets:
            return [0.0] * len(parts)
        return [_middle(buckets[bisect_left(reached, part * self.count)]) for part in parts]

    def cumulative(self) -> list[tuple[float, int]]:
        """Return bounds in seconds, each the double of the one before, and how many were below."""
        below = 0
        counted, left = [], sorted(self.buckets.items(), reverse=True)
        for exponent in _BOUNDS:
            while left and left[-1][0] < _PER_DOUBLING * (exponent + 2):
                below += left.pop()[1]
            counted.append((ldexp(1.0, exponent), below))
        return counted

    def describe_bounds(self) -> dict[str, Any]:
        """Return it as part of a document, as monitoring systems take histograms."""
        return {"count": self.count, "sum_seconds": self.seconds, "le": self.cumulative()}

    def describe(self) -> dict[str, float]:
        """Return it as part of a document."""
        middle, late = self.quantiles(0.50, 0.99)
        return {
            "count": self.count,
            "sum_ms": _ms(self.seconds),
            "p50_ms": _ms(middle),
            "p99_ms": _ms(late),
        }


class Tally:
    """Jobs of one tenant or trigger, or runs of one action: how many failed, what they took."""

    __slots__ = ("count", "cpu", "failures", "fetch", "queue", "run")

    def __init__(self) -> None:
        self.count = 0
        self.failures: dict[str, int] = {}  # by kind
        self.queue = Series()
        self.run = Series()
        self.cpu = Series()
        self.fetch = Series()

    def fail(self, kind: str) -> None:
        """Take in that one has failed."""
        self.failures[kind] = self.failures.get(kind, 0) + 1

    def add(self, other: Tally) -> None:
        """Take in what another has."""
        self.count += other.count
        for kind, count in other.failures.items():
            self.failures[kind] = self.failures.get(kind, 0) + count
        for mine, others in (
            (self.queue, other.queue),
            (self.run, other.run),
            (self.cpu, other.cpu),
            (self.fetch, other.fetch),
        ):
            mine.add(others)

    def describe(self) -> dict[str, Any]:
        """Return it as part of a document."""
        return {
            "count": self.count,
            "failures": dict(self.failures),
            "queue": self.queue.describe(),
            "run": self.run.describe(),
            "cpu": self.cpu.describe(),
            "fetch": self.fetch.describe(),
        }


class Ledger:
    """Tallies of one thing: of the last minute by slots, and of all before.

    A slot is added to what was before when it is a minute old, or when somebody looks: no
    work is done for those of whom nothing is heard.
    """

    __slots__ = ("_before", "_slots")

    def __init__(self) -> None:
        self._before = Tally()
        self._slots: deque[tuple[int, Tally]] = deque()  # the youngest last

    def at(self, slot: int) -> Tally:
        """Return the tally of the present slot, to take something in."""
        if self._slots and self._slots[-1][0] == slot:
            return self._slots[-1][1]
        self._settle(slot)
        tally = Tally()
        self._slots.append((slot, tally))
        return tally

    def sums(self, slot: int) -> tuple[Tally, Tally]:
        """Return all since the start, and the last minute."""
        self._settle(slot)
        minute, whole = Tally(), Tally()
        for _, tally in self._slots:
            minute.add(tally)
        whole.add(self._before)
        whole.add(minute)
        return whole, minute

    def absorb(self, other: Ledger, slot: int) -> None:
        """Take in all of another, as if it were older than a minute."""
        self._before.add(other.sums(slot)[0])

    def weight(self) -> tuple[float, float]:
        """Return what is to be put first, cheaply: CPU of the last slots, then of all."""
        recent = sum(tally.cpu.seconds for _, tally in self._slots)
        return recent, recent + self._before.cpu.seconds

    def _settle(self, slot: int) -> None:
        while self._slots and self._slots[0][0] <= slot - SLOTS:
            self._before.add(self._slots.popleft()[1])


class Names:
    """Counts by names: so many names at the most, all beyond as `other`."""

    def __init__(self) -> None:
        self._counts: dict[str, int] = {}

    def note(self, name: str) -> None:
        """Count one."""
        if name not in self._counts and len(self._counts) >= _MOST_NAMES:
            name = _ONE_MORE
        self._counts[name] = self._counts.get(name, 0) + 1

    def describe(self) -> dict[str, int]:
        """Return it as part of a document."""
        return dict(self._counts)


def _middle(bucket: int) -> float:
    exponent, part = divmod(bucket - _PER_DOUBLING, _PER_DOUBLING)
    return ldexp((part + _PER_DOUBLING + 0.5) / (2 * _PER_DOUBLING), exponent)


def _ms(seconds: float) -> float:
    return round(seconds * 1000, 3)
