"""The report as a picture: throughput against workers, latency against load.

The only module that needs matplotlib (`pip install 'actionsd[bench]'`), and only when it
is asked to draw.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from benchmarks.figures import Figure
from benchmarks.report import Report


def draw(report: Report, path: Path) -> None:
    """Write the picture to a file."""
    import matplotlib as mpl  # noqa: PLC0415 - not needed for anything else

    mpl.use("agg")
    from matplotlib import pyplot as plt  # noqa: PLC0415 - as above

    figure, (left, right) = plt.subplots(1, 2, figsize=(12, 5), layout="constrained")
    for name, figures in report.workloads.items():
        _draw_throughput(left, name, by_workers(figures))
        _draw_latency(right, name, by_load(figures))
    _label(left, "worker processes", "jobs per second", "Throughput against worker count")
    _label(right, "jobs in flight", "milliseconds", "Latency against load")
    figure.suptitle(f"actionsd {report.machine.actionsd}, {report.machine.cpu}", fontsize=10)
    figure.supxlabel(
        f"{report.machine.cores} cores, the client included; median of "
        f"{report.conditions.repetitions}, bars from least to most; {report.machine.date}",
        fontsize=8,
    )
    figure.savefig(path, dpi=120, format="png")
    plt.close(figure)


def by_workers(figures: list[Figure]) -> list[Figure]:
    """Return the figures at the highest load, one for each number of workers."""
    most = max((figure.in_flight for figure in figures), default=0)
    return sorted((f for f in figures if f.in_flight == most), key=lambda f: f.workers)


def by_load(figures: list[Figure]) -> list[Figure]:
    """Return the figures at the number of workers that was measured under most loads."""
    loads: dict[int, list[Figure]] = {}
    for figure in sorted(figures, key=lambda f: f.in_flight):
        loads.setdefault(figure.workers, []).append(figure)
    most = max(map(len, loads.values()), default=0)
    return next((found for found in loads.values() if len(found) == most), [])


def _draw_throughput(axes: Any, name: str, figures: list[Figure]) -> None:
    rates = [f.jobs_per_s for f in figures]
    below = [f.jobs_per_s - f.spread.jobs_per_s[0] for f in figures]
    above = [f.spread.jobs_per_s[1] - f.jobs_per_s for f in figures]
    workers = [f.workers for f in figures]
    axes.errorbar(workers, rates, yerr=(below, above), marker="o", capsize=3, label=name)


def _draw_latency(axes: Any, name: str, figures: list[Figure]) -> None:
    loads = [f.in_flight for f in figures]
    (line,) = axes.plot(loads, [f.p50_ms for f in figures], marker="o", label=f"{name} p50")
    p99 = [f.p99_ms for f in figures]
    axes.plot(loads, p99, marker="^", ls="--", color=line.get_color(), label=f"{name} p99")


def _label(axes: Any, x: str, y: str, title: str) -> None:
    axes.set(xlabel=x, ylabel=y, title=title, xscale="log", yscale="log")
    ticks = sorted({value for line in axes.get_lines() for value in line.get_xdata()})
    axes.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
    axes.minorticks_off()
    axes.grid(visible=True, alpha=0.3)
    axes.legend(fontsize=8)
