"""The table of figures: what people are shown of a document."""

from __future__ import annotations

from typing import Any

from actionsd_broker.board import draw
from actionsd_broker.stats import Stats
from actionsd_protocol.errors import FailureKind
from actionsd_protocol.report import ActionFailure
from actionsd_protocol.result import ActionOutcome, JobFailure, JobResult, Timing

THREW = FailureKind.SCRIPT_THREW
FAILED = JobResult(
    "failed",
    JobFailure(THREW, "no", "f"),
    [ActionOutcome("f", "failed", ActionFailure(THREW, "no"), 250.0, 3.0, 0)],
    [],
    [],
    Timing(1.0, 260.0, 261.0),
)


def worker(name: str, state: str, tenant: str | None = None) -> dict[str, Any]:
    made = {"name": name, "pid": 7, "state": state, "tenant": tenant}
    return {**made, "jobs": 3, "age_seconds": 200.0}


def document(stats: Stats, now: float = 10.0, *processes: dict[str, Any]) -> dict[str, Any]:
    return {
        "broker": {"pid": 5, "memory_bytes": 50 * 2**20, "draining": False},
        "workers": 2,
        "spares": 1,
        "waiting": 4,
        "waiting_bytes": 0,
        **stats.describe(now),
        "processes": list(processes),
    }


def test_table_shows_tenants_actions_failures_and_workers() -> None:
    stats = Stats(0.0)
    stats.job_done("acme", "2:4", FAILED, 9.0)
    stats.retirements.note("a fault")
    workers = worker("w1", "busy", "acme"), worker("w2", "idle")
    lines = draw(document(stats, 10.0, *workers))
    assert lines[:3] == [
        "pid 5, up 10 s, 50 MiB",
        "workers 2, to spare 1: 1 busy, 1 idle",
        "0.1 jobs/s in the last minute, 4 waiting; 1 since the start, 1 of them failed",
    ]
    [tenant] = [line for line in lines if line.startswith("acme ")]
    assert tenant.split()[1] == "1"
    assert tenant.endswith("1 script_threw")
    [action] = [line for line in lines if line.startswith("acme/f ")]
    assert "281 / 281" in action
    assert any(line.split() == ["w1", "7", "busy", "3", "3", "min", "acme"] for line in lines)
    assert "retired: 1 x a fault" in lines


def test_nothing_done_yet_is_a_table_too() -> None:
    assert draw(document(Stats(0.0), 0.0))


def test_what_a_client_chose_as_a_name_does_not_command_the_terminal() -> None:
    stats = Stats(0.0)
    stats.job_done("\x1b[2J" + "x" * 300, "2:4", FAILED, 9.0)
    text = "\n".join(draw(document(stats)))
    assert "\x1b" not in text
    assert "?[2Jxxx" in text
    assert max(map(len, text.split("\n"))) < 140


def test_rows_beyond_a_screen_are_only_counted() -> None:
    stats = Stats(0.0)
    for number in range(30):
        stats.job_done(f"t{number}", "2:4", FAILED, 9.0)
    lines = draw(document(stats, 10.0, *[worker(f"w{n}", "idle") for n in range(60)]))
    assert sum("more: see --json" in line for line in lines) == 3
    assert len(lines) < 70
