"""A batch: whose turn it is, what is given back, and who is to blame."""

from __future__ import annotations

import pytest
from jobs import job

from actionsd_broker.batch import STALL_SECONDS, Batch
from actionsd_protocol.errors import FailureKind

LOST, LATE = FailureKind.WORKER_LOST, FailureKind.TIMEOUT


def batch(*numbers: int, now: float = 0.0) -> Batch:
    return Batch.given([job(number) for number in numbers], now)


def test_batch_is_due_when_it_stalls_and_a_single_job_when_its_time_is_up() -> None:
    assert batch(1, 2, now=5).due == 5 + STALL_SECONDS
    assert batch(1, now=5).due == 5 + job(1).budget_seconds


def test_next_job_began_when_the_one_before_was_over_and_has_its_own_time() -> None:
    given = batch(1, 2)
    given.asked = True
    given.jobs.popleft()
    given.move_on(0.25, now=1.0)
    assert (given.started_at, given.moved_at, given.asked) == (0.25, 1.0, False)
    assert given.deadline == 1.0 + job(2).budget_seconds


def test_word_of_a_worker_does_not_lead_into_the_future() -> None:
    given = batch(1, 2)
    given.jobs.popleft()
    given.move_on(1e9, now=1.0)
    assert given.started_at == 1.0


def test_jobs_are_given_back_once() -> None:
    given = batch(1, 2, 3)
    assert [each.number for each in given.give_back(1)] == [2, 3]
    assert given.own == 1
    assert given.give_back(1) == []
    assert [each.number for each in given.give_back(0)] == [1]
    assert given.give_back(1) == []
    assert given.own == 0


@pytest.mark.parametrize(
    ("numbers", "kept", "asked", "kind", "culprit"),
    [
        ((1,), 1, False, LOST, 1),
        ((1, 2), 2, False, LOST, None),
        ((1, 2), 2, True, LOST, 1),
        ((1, 2), 1, False, LOST, None),
        ((1, 2), 1, False, LATE, 1),
        ((1, 2), 2, False, LATE, None),
    ],
)
def test_only_a_job_that_is_known_to_have_run_is_to_blame(
    numbers: tuple[int, ...], kept: int, asked: bool, kind: FailureKind, culprit: int | None
) -> None:
    given = batch(*numbers)
    given.give_back(kept)
    given.asked = asked
    found = given.culprit(kind)
    assert (None if found is None else found.number) == culprit
