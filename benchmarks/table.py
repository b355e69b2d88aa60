"""The report as text. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from benchmarks.figures import Figure, relative_spread
from benchmarks.lifecycle import Lifecycle, Times
from benchmarks.report import InGoja, PlainNode, Report

HEADER = (
    "workers",
    "in flight",
    "jobs/s",
    "±",
    "client",
    "broker",
    "worker",
    "total",
    "x floor",
    "p50 ms",
    "p99 ms",
    "p99.9 ms",
)


def write_tables(report: Report) -> str:
    """Return the whole report, for people."""
    return "\n".join(_lines(report)) + "\n"


def _lines(report: Report) -> Iterator[str]:
    conditions = report.conditions
    yield str(report.machine)
    yield (
        f"{conditions.repetitions} x {conditions.seconds:g} s for each line, after "
        f"{conditions.warm_up_seconds:g} s to warm up; median of the runs, ± is half of "
        f"least to most; {'registered' if conditions.registered else 'inline'} actions, "
        f"context of {conditions.context_bytes} bytes; CPU in µs per job"
    )
    for reason in report.skipped:
        yield f"left out: {reason}"
    yield ""
    yield "floor: bare ROUTER sockets, opaque frames"
    yield from align([HEADER, *(_row(figure, report) for figure in report.floor)])
    for name, figures in report.workloads.items():
        yield ""
        yield f"{name}: actionsd"
        yield from align([HEADER, *(_row(figure, report) for figure in figures)])
        for peer, workloads in report.peers.items():
            if name in workloads:
                yield f"{name}: {peer}"
                yield from align([HEADER, *(_row(figure, report) for figure in workloads[name])])
    if report.plain_node is not None:
        yield ""
        yield _node_line(report.plain_node)
    if report.goja_in_a_loop:
        yield ""
        for name, goja in report.goja_in_a_loop.items():
            yield _goja_line(name, goja)
    if report.lifecycle is not None:
        yield ""
        yield from _lifecycle_lines(report.lifecycle)


def _row(figure: Figure, report: Report) -> tuple[str, ...]:
    cpu = figure.cpu_us_per_job
    floor = report.floor_us(figure.point)
    return (
        str(figure.workers),
        str(figure.in_flight),
        f"{figure.jobs_per_s:.0f}",
        _half_spread(figure),
        f"{cpu.client:.0f}",
        f"{cpu.broker:.0f}",
        f"{cpu.worker:.0f}",
        f"{cpu.total:.0f}",
        f"{cpu.total / floor:.1f}" if floor else "",
        f"{figure.p50_ms:.2f}",
        f"{figure.p99_ms:.2f}",
        f"{figure.p999_ms:.2f}",
    )


def _half_spread(figure: Figure) -> str:
    if figure.runs == 1:
        return "-"
    return f"{relative_spread(figure.spread.jobs_per_s, figure.jobs_per_s) / 2:.0%}"


def _goja_line(name: str, goja: InGoja) -> str:
    text = f"{name} in goja, in a loop in one process: {goja.cpu_us:.0f} µs of CPU a job"
    return text if goja.total_ratio is None else f"{text}; ours in all {goja.total_ratio:.2f} times"


def _node_line(node: PlainNode) -> str:
    text = f"w3 in plain Node {node.node} (V8 {node.v8}), hot: {node.cpu_us:.0f} µs of CPU a call"
    if node.worker_ratio is None:
        return text
    times = f"the action itself {node.action_ratio:.2f} times that, its worker"
    return f"{text}; {times} {node.worker_ratio:.2f}, all {node.total_ratio:.2f}"


def _lifecycle_lines(lifecycle: Lifecycle) -> Iterator[str]:
    rows: list[Sequence[str]] = [("", "median ms", "least", "most", "times")]
    rows.append(_times_row("start, to the ready line", lifecycle.start))
    rows.append(_times_row("respawn, SIGKILL to ready", lifecycle.respawn))
    for label, times in lifecycle.tenant_switch.items():
        rows.append(_times_row(f"a job, tenants in turn: {label}", times))
    yield from align(rows)
    for label, memory in (("idle", lifecycle.idle_worker), ("used", lifecycle.used_worker)):
        if memory is None:
            yield f"{label} worker: its memory may not be read here (run as root)"
        else:
            yield f"{label} worker: {memory.pss_mib} MiB PSS, {memory.uss_mib} MiB USS"


def _times_row(label: str, times: Times) -> tuple[str, ...]:
    values = (times.median_ms, times.least_ms, times.most_ms)
    return (label, *(f"{value:.2f}" for value in values), str(times.times))


def align(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Yield the lines of a table: words to the left, numbers to the right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = [
            cell.ljust(width) if index == 0 else cell.rjust(width)
            for index, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        yield "  ".join(cells).rstrip()
