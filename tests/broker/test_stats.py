"""The figures of jobs: counted by tenant and action, bounded, shown by what they use."""

from __future__ import annotations

from typing import Any

import pytest

from actionsd_broker.stats import MOST_SHOWN, Stats
from actionsd_protocol.errors import FailureKind
from actionsd_protocol.report import ActionFailure
from actionsd_protocol.result import ActionOutcome, JobFailure, JobResult, Timing

TIMING = Timing(queue_ms=1.0, run_ms=10.0, total_ms=11.0)
TRIGGER = "complement-token/pre-userinfo"
TIMEOUT = FailureKind.TIMEOUT


def ran(name: str, cpu_ms: float = 2.0) -> ActionOutcome:
    return ActionOutcome(name, "succeeded", None, 4.0, cpu_ms, 0)


def result(*actions: ActionOutcome, error: JobFailure | None = None) -> JobResult:
    if error is None:
        return JobResult("succeeded", None, list(actions), [], [], TIMING)
    return JobResult("failed", error, list(actions), [], [], TIMING)


def total(entries: list[dict[str, Any]], **keys: str) -> dict[str, Any]:
    [found] = [e["total"] for e in entries if all(e[key] == keys[key] for key in keys)]
    described: dict[str, Any] = found
    return described


def test_job_is_counted_for_its_tenant_and_each_of_its_actions() -> None:
    stats = Stats(0.0)
    stats.job_done("t", TRIGGER, result(ran("a"), ran("b", cpu_ms=3.0)), 1.0, {1: 0.5})
    document = stats.describe(2.0)
    tenant = total(document["tenants"], tenant="t")
    assert (tenant["count"], tenant["failures"]) == (1, {})
    sums = {name: tenant[name]["sum_ms"] for name in ("queue", "run", "cpu", "fetch")}
    assert sums == {"queue": 1.0, "run": 10.0, "cpu": 5.0, "fetch": 500.0}
    action = total(document["actions"], tenant="t", action="b")
    assert (action["count"], action["cpu"]["sum_ms"], action["fetch"]["sum_ms"]) == (1, 3.0, 500.0)
    assert "queue" not in action
    assert total(document["actions"], action="a")["fetch"]["count"] == 0


def test_failures_are_counted_by_kind_and_skipped_actions_not_at_all() -> None:
    stats = Stats(0.0)
    failure = ActionFailure(FailureKind.SCRIPT_THREW, "no")
    actions = (
        ActionOutcome("f", "failed", failure, 1.0, 1.0, 0),
        ActionOutcome("g", "skipped", None, 0.0, 0.0, 0),
    )
    stats.job_done("t", TRIGGER, result(*actions, error=JobFailure(failure.kind, "no", "f")), 1.0)
    document = stats.describe(2.0)
    assert (document["jobs"], document["failed"]) == (1, 1)
    assert total(document["tenants"], tenant="t")["failures"] == {"script_threw": 1}
    assert [action["action"] for action in document["actions"]] == ["f"]
    assert total(document["actions"], action="f")["failures"] == {"script_threw": 1}


def test_job_that_ended_its_worker_counts_against_the_action_that_is_to_blame() -> None:
    stats = Stats(0.0)
    stats.job_done("t", TRIGGER, result(error=JobFailure(TIMEOUT, "late", "f")), 1.0)
    stats.job_done("t", TRIGGER, result(error=JobFailure(FailureKind.OVERLOADED, "too many")), 1.0)
    document = stats.describe(2.0)
    assert total(document["actions"], action="f")["failures"] == {"timeout": 1}
    failures = total(document["tenants"], tenant="t")["failures"]
    assert failures == {"timeout": 1, "overloaded": 1}


def test_last_minute_is_forgotten_after_it_and_the_whole_is_not() -> None:
    stats = Stats(0.0)
    stats.job_done("t", TRIGGER, result(ran("a")), 1.0)
    assert stats.describe(50.0)["tenants"][0]["minute"]["count"] == 1
    later = stats.describe(61.0)
    assert later["jobs_per_second"] == 0
    assert later["tenants"][0]["minute"]["count"] == 0
    assert later["tenants"][0]["total"]["count"] == 1


def test_jobs_per_second_are_those_of_the_last_minute() -> None:
    stats = Stats(0.0)
    for tenth in range(1200):
        stats.job_done("t", TRIGGER, result(ran("a")), tenth / 10)
    assert 9.9 <= stats.describe(120.0)["jobs_per_second"] <= 12.0


def test_who_was_not_seen_for_longest_is_forgotten_and_summed_up() -> None:
    stats = Stats(0.0, most=3)
    for tenant in ("a", "b", "c", "a", "d"):
        stats.job_done(tenant, TRIGGER, result(ran("f")), 1.0)
    document = stats.describe(2.0)
    assert {entry["tenant"] for entry in document["tenants"]} == {"a", "c", "d"}
    others = document["others"]["tenants"]
    assert (others["remembered"], others["forgotten"], others["total"]["count"]) == (3, 1, 1)
    assert document["jobs"] == 5


def test_those_that_use_most_are_shown_first_and_not_all() -> None:
    stats = Stats(0.0)
    for number in range(MOST_SHOWN + 10):
        stats.job_done(f"t{number}", TRIGGER, result(ran("f", cpu_ms=number)), 1.0)
    shown = [entry["tenant"] for entry in stats.describe(2.0)["tenants"]]
    assert shown == [f"t{number}" for number in range(MOST_SHOWN + 9, 9, -1)]


def test_triggers_have_histograms_by_outcome_and_failures_are_counted_for_all() -> None:
    stats = Stats(0.0)
    stats.job_done("t", TRIGGER, result(ran("a")), 1.0, {0: 0.5})
    stats.job_done("u", TRIGGER, result(ran("a", cpu_ms=20.0)), 1.0)
    stats.job_done("t", TRIGGER, result(error=JobFailure(TIMEOUT, "late", "f")), 1.0)
    document = stats.describe(2.0)
    assert document["failures"] == {"timeout": 1}
    succeeded, failed = document["triggers"]
    assert (succeeded["trigger"], succeeded["outcome"]) == (TRIGGER, "succeeded")
    assert (failed["outcome"], failed["run"]["count"]) == ("failed", 1)
    assert succeeded["cpu"]["sum_seconds"] == pytest.approx(0.022)
    assert dict(succeeded["cpu"]["le"]) | {2**-9: 0, 2**-8: 1, 2**-6: 1, 2**-5: 2} == dict(
        succeeded["cpu"]["le"]
    )
    assert (succeeded["fetch"]["count"], succeeded["fetch"]["le"][-1]) == (1, (32.0, 1))
