from __future__ import annotations

from typing import Any

import pytest

from actionsd_protocol.errors import FailureKind
from actionsd_protocol.result import JobFailure, Result, Timing
from benchmarks.mixture import ECHO, KINDS, Job, Kind, Mixture, judge, numbered, registered
from benchmarks.workload import NAMES, WORKLOADS, Outcome, load_workloads

TENANTS = [f"tenant{number}" for number in range(50)]
BY_NAME = {kind.name: kind for kind in KINDS}


def mixture(seed: int = 1) -> Mixture:
    return Mixture(TENANTS, load_workloads(WORKLOADS, list(NAMES)), seed)


def failed(kind: FailureKind) -> Result:
    return Result("failed", JobFailure(kind, "words"), [], [], [], Timing(0, 0, 0))


def succeeded(*mutations: dict[str, Any]) -> Result:
    return Result("succeeded", None, [], list(mutations), [], Timing(0, 0, 0))


def echo(serial: int) -> dict[str, Any]:
    return {"op": "setClaim", "key": "echo", "value": serial}


def test_the_same_seed_draws_the_same_jobs() -> None:
    first, second = mixture(), mixture()
    assert [first.draw() for _ in range(100)] == [second.draw() for _ in range(100)]


def test_every_kind_and_every_tenant_comes_up() -> None:
    source = mixture()
    jobs = [source.draw() for _ in range(5000)]
    assert {job.kind.name for job in jobs} == BY_NAME.keys()
    assert {job.tenant for job in jobs} == set(TENANTS)


def test_serials_are_never_used_again() -> None:
    source = mixture()
    jobs = [source.draw(), *source.draw_flood(50), source.draw()]
    assert [job.serial for job in jobs] == list(range(1, 53))


def test_a_flood_is_of_one_tenant() -> None:
    assert len({job.tenant for job in mixture().draw_flood(50)}) == 1


def test_a_tenant_expects_what_its_workload_comes_to() -> None:
    workloads = load_workloads(WORKLOADS, list(NAMES))
    source = mixture()
    job = next(job for _ in range(100) if (job := source.draw()).kind.action is None)
    assert job.expected == registered(TENANTS.index(job.tenant), workloads).expected


def test_a_serial_is_added_to_the_claims() -> None:
    assert numbered({"claims": {"sub": "1"}}, 7) == {"claims": {"sub": "1", "serial": 7}}


@pytest.mark.parametrize(
    ("kind", "failure", "may_be"),
    [
        (ECHO, FailureKind.WORKER_LOST, True),
        (ECHO, FailureKind.TIMEOUT, False),
        (ECHO, FailureKind.POISONED, False),
        (BY_NAME["throws"], FailureKind.SCRIPT_THREW, True),
        (BY_NAME["throws"], FailureKind.INTERNAL, False),
        (BY_NAME["loops"], FailureKind.POISONED, True),
        (BY_NAME["bomb"], FailureKind.MEMORY_LIMIT, True),
        (BY_NAME["registered"], FailureKind.FETCH_FAILED, False),
    ],
)
def test_a_job_fails_as_its_kind_may(kind: Kind, failure: FailureKind, *, may_be: bool) -> None:
    complaint = judge(Job(1, "tenant1", kind, None), failed(failure))
    assert (complaint is None) == may_be


def test_what_must_fail_and_does_not_is_complained_of() -> None:
    job = Job(1, "tenant1", BY_NAME["loops"], None)
    assert judge(job, succeeded()) == "loops succeeded"


def test_another_jobs_answer_is_complained_of() -> None:
    job = Job(1, "tenant1", ECHO, Outcome({"echo": 1}, []))
    assert judge(job, succeeded(echo(1))) is None
    assert "instead of" in str(judge(job, succeeded(echo(2))))
