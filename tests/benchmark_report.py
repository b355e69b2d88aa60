"""A report that looks like a real one."""

from __future__ import annotations

from benchmarks.accounting import Memory
from benchmarks.figures import Figure, Point, Run, make_figure, make_measured
from benchmarks.lifecycle import Lifecycle, Times
from benchmarks.machine import Machine
from benchmarks.report import Conditions, InGoja, PlainNode, Report

MACHINE = Machine(
    cpu="a processor",
    cores=2,
    memory_gib=8.0,
    kernel="6.1",
    python="3.11.7",
    v8="14.4",
    zeromq="4.3.5",
    actionsd="0.1.0",
    compiled=False,
    load_average=(0.1, 0.2, 0.3),
    date="2026-01-02",
)
TIMES = Times(10.0, 9.0, 12.0, 3)


def make(workers: int, in_flight: int, jobs: int, cpu: float = 0.1) -> Figure:
    """Return a figure of two runs."""
    sides = {"broker": cpu, "worker": cpu}
    runs = [Run(make_measured([0.001] * n, 1.0, cpu), sides, 0.5) for n in (jobs, jobs + 10)]
    return make_figure(Point(workers, in_flight), runs)


def make_report() -> Report:
    """Return a report with everything in it."""
    return Report(
        machine=MACHINE,
        conditions=Conditions(2, 1.0, 0.5, quick=False, registered=True, context_bytes=1894),
        workloads={"w2": [make(1, 16, 500), make(2, 1, 700), make(2, 16, 1000)]},
        floor=[make(2, 16, 9000, 0.2)],
        peers={"pool, fresh MiniRacer": {"w2": [make(2, 16, 100)]}},
        plain_node=PlainNode(500.0, [500.0], "20.1", "11.3", 1.1, 1.2, 1.5),
        goja_in_a_loop={"w2": InGoja(800.0, [800.0], 0.45)},
        lifecycle=Lifecycle(TIMES, TIMES, {"process, 1 spare": TIMES}, Memory(20.0, 10.0), None),
        skipped=["isolated-vm: there is no npm here"],
        seconds=60.0,
    )
