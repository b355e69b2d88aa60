"""What is measured, and how several runs become one figure. Pure.

A `Measured` is what one process of load has seen, a `Run` adds what everybody spent. Runs
of the same point become a `Figure`: the median of each value, with the least and the most.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from statistics import median
from typing import TypeAlias

from msgspec import Struct

Span: TypeAlias = tuple[float, float]


class Measured(Struct, frozen=True, tag="measured"):
    """One run, as the process that sent the jobs saw it."""

    jobs: int
    wall_seconds: float
    cpu_seconds: float
    p50_ms: float
    p99_ms: float
    p999_ms: float
    action_us: float | None = None


class Point(Struct, frozen=True, order=True):
    """Under which load something is measured."""

    workers: int
    in_flight: int


class Run(Struct, frozen=True):
    """One run: `cpu_seconds` are of all sides but the client, whose are in `measured`."""

    measured: Measured
    cpu_seconds: dict[str, float]
    load_average: float


class Cpu(Struct, frozen=True):
    """Microseconds of CPU for a job, in user and kernel, of each side."""

    client: float
    broker: float
    worker: float
    total: float


class Spread(Struct, frozen=True):
    """The least and the most of the runs."""

    jobs_per_s: Span
    cpu_us_per_job: Span
    p50_ms: Span
    p99_ms: Span


class Figure(Struct, frozen=True):
    """What runs of one point come to. `site_us_per_job` is not in the total.

    `action_us` is what of the worker's is the action itself, as results say it.
    """

    in_flight: int
    workers: int
    jobs_per_s: float
    cpu_us_per_job: Cpu
    p50_ms: float
    p99_ms: float
    p999_ms: float
    spread: Spread
    runs: int
    jobs: int
    load_average: list[float]
    site_us_per_job: float | None = None
    action_us: float | None = None

    @property
    def point(self) -> Point:
        """Where it was measured."""
        return Point(self.workers, self.in_flight)


def make_measured(
    latencies: Sequence[float], wall: float, cpu: float, action_us: float | None = None
) -> Measured:
    """Return what a run has seen, from how long each job took, in seconds."""
    ordered = sorted(latencies)
    p50, p99, p999 = (percentile(ordered, share) * 1e3 for share in (0.5, 0.99, 0.999))
    return Measured(len(ordered), wall, cpu, p50, p99, p999, action_us)


def percentile(ordered: Sequence[float], share: float) -> float:
    """Return the least value that this share of the values does not go over."""
    if not ordered:
        raise ValueError("no values")
    rank = -int(-len(ordered) * share // 1)  # rounded up
    return ordered[max(rank, 1) - 1]


def make_figure(point: Point, runs: Sequence[Run]) -> Figure:
    """Return what several runs come to."""

    def middle(value: Callable[[Run], float]) -> float:
        return round(median(map(value, runs)), 3)

    def span(value: Callable[[Run], float]) -> Span:
        return round(min(map(value, runs)), 3), round(max(map(value, runs)), 3)

    own = [run.measured.action_us for run in runs if run.measured.action_us is not None]
    sites = any("site" in run.cpu_seconds for run in runs)
    return Figure(
        in_flight=point.in_flight,
        workers=point.workers,
        jobs_per_s=middle(_rate),
        cpu_us_per_job=Cpu(
            client=middle(_client_us),
            broker=middle(lambda run: _side_us(run, "broker")),
            worker=middle(lambda run: _side_us(run, "worker")),
            total=middle(_total_us),
        ),
        p50_ms=middle(lambda run: run.measured.p50_ms),
        p99_ms=middle(lambda run: run.measured.p99_ms),
        p999_ms=middle(lambda run: run.measured.p999_ms),
        spread=Spread(
            span(_rate),
            span(_total_us),
            span(lambda run: run.measured.p50_ms),
            span(lambda run: run.measured.p99_ms),
        ),
        runs=len(runs),
        jobs=sum(run.measured.jobs for run in runs),
        load_average=[run.load_average for run in runs],
        site_us_per_job=middle(lambda run: _side_us(run, "site")) if sites else None,
        action_us=round(median(own), 3) if own else None,
    )


def relative_spread(span: Span, middle: float) -> float:
    """Return how far the runs are apart, as a share of the figure."""
    return (span[1] - span[0]) / middle if middle else 0.0


def _rate(run: Run) -> float:
    return run.measured.jobs / run.measured.wall_seconds


def _client_us(run: Run) -> float:
    return run.measured.cpu_seconds / run.measured.jobs * 1e6


def _side_us(run: Run, side: str) -> float:
    return run.cpu_seconds.get(side, 0.0) / run.measured.jobs * 1e6


def _total_us(run: Run) -> float:
    return _client_us(run) + _side_us(run, "broker") + _side_us(run, "worker")
