"""Everything that a run of the suite has found; its JSON is a contract (docs/benchmarks.md)."""

from __future__ import annotations

from statistics import median

from msgspec import Struct

from benchmarks.figures import Figure, Point
from benchmarks.lifecycle import Lifecycle
from benchmarks.machine import Machine
from benchmarks.peers.loop import Looped
from benchmarks.peers.node import Hot


class Conditions(Struct, frozen=True):
    """How it was measured."""

    repetitions: int
    seconds: float
    warm_up_seconds: float
    quick: bool
    registered: bool
    context_bytes: int
    sandbox: str = "required"
    isolation: str = "process"


class PlainNode(Struct, frozen=True):
    """w3 in plain Node, hot, and how many times that an action, a worker and all spend."""

    cpu_us: float
    runs: list[float]
    node: str
    v8: str
    action_ratio: float | None
    worker_ratio: float | None
    total_ratio: float | None


class InGoja(Struct, frozen=True):
    """A workload in goja, in one process with nothing around it; ours in all, as so many times."""

    cpu_us: float
    runs: list[float]
    total_ratio: float | None


class Report(Struct, frozen=True):
    """The whole report. `skipped` says what was not measured, and why."""

    machine: Machine
    conditions: Conditions
    workloads: dict[str, list[Figure]]
    floor: list[Figure]
    peers: dict[str, dict[str, list[Figure]]]
    plain_node: PlainNode | None
    goja_in_a_loop: dict[str, InGoja]
    lifecycle: Lifecycle | None
    skipped: list[str]
    seconds: float

    def floor_us(self, point: Point) -> float | None:
        """Return what the floor costs a job, at as many in flight."""
        found = [f for f in self.floor if f.in_flight == point.in_flight]
        return found[0].cpu_us_per_job.total if found else None


def compare_with_node(hots: list[Hot], ours: Figure | None) -> PlainNode | None:
    """Return how a figure of ours compares with the same function in plain Node."""
    if not hots:
        return None
    cpu_us = median(hot.cpu_us for hot in hots)
    return PlainNode(
        cpu_us=round(cpu_us, 1),
        runs=[round(hot.cpu_us, 1) for hot in hots],
        node=hots[0].node,
        v8=hots[0].v8,
        action_ratio=None
        if ours is None or ours.action_us is None
        else round(ours.action_us / cpu_us, 2),
        worker_ratio=None if ours is None else round(ours.cpu_us_per_job.worker / cpu_us, 2),
        total_ratio=None if ours is None else round(ours.cpu_us_per_job.total / cpu_us, 2),
    )


def compare_with_goja(looped: list[Looped], ours: Figure | None) -> InGoja:
    """Return how a figure of ours compares with the same workload in goja."""
    cpu_us = median(each.cpu_us for each in looped)
    return InGoja(
        cpu_us=round(cpu_us, 1),
        runs=[round(each.cpu_us, 1) for each in looped],
        total_ratio=None if ours is None else round(ours.cpu_us_per_job.total / cpu_us, 2),
    )
