from __future__ import annotations

from benchmarks.ledger import KEPT, Ledger
from benchmarks.mixture import ECHO, Job

JOB = Job(1, "tenant1", ECHO, None)


def test_jobs_that_are_all_answered_well_leave_nothing_to_say() -> None:
    ledger = Ledger()
    ledger.send()
    ledger.answer(JOB, "succeeded", None)
    assert (ledger.open, ledger.verdict()) == (0, [])


def test_a_job_without_an_answer_is_said() -> None:
    ledger = Ledger()
    ledger.send()
    assert ledger.verdict() == ["1 of 1 jobs were never answered"]


def test_a_job_may_lose_its_worker_if_one_was_killed() -> None:
    ledger = Ledger()
    ledger.send()
    ledger.answer(JOB, "worker_lost", None)
    assert ledger.verdict() == ["1 jobs lost their worker, but only 0 were killed"]
    ledger.worker_kills = 1
    assert ledger.verdict() == []


def test_of_many_complaints_the_first_are_kept_and_the_rest_counted() -> None:
    ledger = Ledger()
    for number in range(KEPT + 5):
        ledger.complain(f"number {number}")
    assert ledger.verdict() == [*(f"number {n}" for n in range(KEPT)), "and 5 more"]
