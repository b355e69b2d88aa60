"""The figures of a broker as a table for people. Pure: a document in, lines out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

_MOST_ROWS = 12
_NAME_WIDTH = 24
_MIB = 2**20


def draw(document: Mapping[str, Any]) -> list[str]:
    """Return what `actionsd stats` prints."""
    processes = document["processes"]
    return [
        *_head(document),
        *map(describe_switch, document["disabled"]),
        "",
        *_table(_JOB_COLUMNS, "TENANT", document["tenants"], _tenant),
        "",
        *_table(_RUN_COLUMNS, "ACTION", document["actions"], _action),
        "",
        *_workers(processes),
        *_names("retired", document["retirements"]),
        *_names("ended", document["restarts"]),
    ]


def _head(document: Mapping[str, Any]) -> list[str]:
    broker, processes = document["broker"], document["processes"]
    states = [process["state"] for process in processes]
    counts = ", ".join(
        f"{states.count(state)} {state}"
        for state in ("busy", "idle", "starting", "ending")
        if state in states
    )
    draining = ", draining" if broker["draining"] else ""
    up, memory = _duration(document["uptime_seconds"]), broker["memory_bytes"] / _MIB
    pace, waiting = document["jobs_per_second"], document["waiting"]
    jobs = f"{document['jobs']} since the start, {document['failed']} of them failed"
    return [
        f"pid {broker['pid']}, up {up}, {memory:.0f} MiB{draining}",
        f"workers {document['workers']}, to spare {document['spares']}: {counts}",
        f"{pace:.1f} jobs/s in the last minute, {waiting} waiting; {jobs}",
    ]


def describe_switch(switch: Mapping[str, Any]) -> str:
    """Return a line about something that is switched off."""
    tenant, action = switch["tenant"], switch["action"]
    what = "EVERYTHING" if tenant is None else f"tenant {tenant}"
    if action is not None:
        what = f"action {action}" + ("" if tenant is None else f" of tenant {tenant}")
    reason = f": {switch['reason']}" if switch["reason"] else ""
    return _plain(f"OFF {what}, since {switch['since']} by {switch['by'] or 'unknown'}{reason}")


_JOB_COLUMNS = ("queue", "run", "cpu", "fetch")
_RUN_COLUMNS = ("run", "cpu", "fetch")


def _tenant(entry: Mapping[str, Any]) -> str:
    return str(entry["tenant"])


def _action(entry: Mapping[str, Any]) -> str:
    return f"{entry['tenant']}/{entry['action']}"


def _table(columns: Sequence[str], title: str, entries: Sequence[Any], name: Any) -> list[str]:
    # The last minute where there was something in it: else what was before.
    head = f"{title + ', times in ms':<{_NAME_WIDTH}}{'jobs':>9}"
    head += "".join(f"{column + ' p50/p99':>15}" for column in columns) + "  failed"
    lines = [head]
    for entry in entries[:_MOST_ROWS]:
        figures = entry["minute"] if entry["minute"]["count"] else entry["total"]
        line = f"{_cut(name(entry)):<{_NAME_WIDTH}}{entry['total']['count']:>9}"
        line += "".join(f"{_pair(figures[column]):>15}" for column in columns)
        lines.append(f"{line}  {_failures(entry['total']['failures'])}".rstrip())
    if len(entries) > _MOST_ROWS:
        lines.append(f"… {len(entries) - _MOST_ROWS} more: see --json")
    return lines


def _workers(processes: Sequence[Any]) -> list[str]:
    lines = [f"{'WORKER':<10}{'pid':>9} {'state':<10}{'jobs':>9}{'age':>9}  tenant"]
    for process in processes[: 2 * _MOST_ROWS]:
        pid = "" if process["pid"] is None else process["pid"]
        line = f"{process['name']:<10}{pid:>9} {process['state']:<10}{process['jobs']:>9}"
        line += f"{_duration(process['age_seconds']):>9}  {_cut(process['tenant'] or '')}"
        lines.append(line.rstrip())
    if len(processes) > 2 * _MOST_ROWS:
        lines.append(f"… {len(processes) - 2 * _MOST_ROWS} more: see --json")
    return lines


def _names(title: str, counts: Mapping[str, int]) -> list[str]:
    if not counts:
        return []
    most = sorted(counts.items(), key=lambda item: -item[1])
    return [f"{title}: " + ", ".join(f"{count} x {_plain(name)}" for name, count in most)]


def _pair(series: Mapping[str, Any]) -> str:
    if not series["count"]:
        return "-"
    return f"{_short(series['p50_ms'])} / {_short(series['p99_ms'])}"


def _short(milliseconds: float) -> str:
    return f"{milliseconds:.0f}" if milliseconds >= 100 else f"{milliseconds:.2g}"


def _failures(failures: Mapping[str, int]) -> str:
    most = sorted(failures.items(), key=lambda item: -item[1])
    return ", ".join(f"{count} {kind}" for kind, count in most)


def _duration(seconds: float) -> str:
    for unit, size in (("d", 86_400), ("h", 3600), ("min", 60)):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds:.0f} s"


def _cut(name: str) -> str:
    name = _plain(name)
    return name if len(name) < _NAME_WIDTH else f"{name[: _NAME_WIDTH - 2]}…"


def _plain(text: str) -> str:
    """Return a text without what a terminal would obey: clients choose tenants' names."""
    return "".join(character if character.isprintable() else "?" for character in text)
