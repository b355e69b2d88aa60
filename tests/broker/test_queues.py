"""Queues of waiting jobs: bounded, and in order."""

from __future__ import annotations

import pytest
from jobs import PLAN, job

from actionsd_broker.queues import Queues


def make(queue_limit: int = 100, queue_seconds: float = 10.0) -> Queues:
    return Queues(queue_limit=queue_limit, queue_seconds=queue_seconds)


def test_jobs_of_a_tenant_come_out_in_their_order() -> None:
    queues = make()
    for number in (1, 2, 3):
        queues.push(job(number))
    assert [queues.pop("t").number for _ in range(3)] == [1, 2, 3]
    assert not queues
    assert "t" not in queues


def test_jobs_that_are_put_back_come_out_before_those_that_came_after_them() -> None:
    queues = make()
    for number in range(1, 7):
        queues.push(job(number))
    first, second = [[queues.pop("t") for _ in range(2)] for _ in range(2)]
    queues.put_back(second)
    queues.put_back(first)
    assert [queues.pop("t").number for _ in range(6)] == [1, 2, 3, 4, 5, 6]


def test_jobs_that_are_put_back_in_another_order_come_out_in_theirs() -> None:
    queues = make()
    for number in range(1, 6):
        queues.push(job(number))
    first, second = [[queues.pop("t") for _ in range(2)] for _ in range(2)]
    queues.put_back(first)
    queues.put_back(second)
    assert queues.length("t") == 5
    assert [queues.pop("t").number for _ in range(5)] == [1, 2, 3, 4, 5]
    assert queues.first("t") is None


def test_job_that_is_put_back_weighs_and_expires_as_if_it_had_stayed() -> None:
    queues = make(queue_seconds=10)
    for number, tenant, at in ((1, "a", 0), (2, "b", 1), (3, "a", 2), (4, "b", 3)):
        queues.push(job(number, tenant, at=at))
    weight = queues.weight
    taken = [queues.pop("a"), queues.pop("a"), queues.pop("b")]
    queues.put_back(taken[2:])
    queues.put_back(taken[:2])
    assert (len(queues), queues.weight) == (4, weight)
    expired = []
    for now in (10, 11, 12, 13):
        assert queues.next_expiry() == now
        expired += [j.number for j in queues.expired(now)]
    assert expired == [1, 2, 3, 4]
    assert (len(queues), queues.weight) == (0, 0)
    assert queues.next_expiry() is None


def test_job_that_is_put_back_more_than_once_expires_once() -> None:
    queues = make(queue_seconds=10)
    queues.push(job(1))
    for _ in range(3):
        queues.put_back([queues.pop("t")])
    assert [j.number for j in queues.expired(10)] == [1]
    assert queues.expired(20) == []


def test_full_queue_takes_back_what_it_gave_out() -> None:
    queues = make(queue_limit=1)
    queues.push(job(1))
    taken = queues.pop("t")
    queues.push(job(2))
    queues.put_back([taken])
    assert len(queues) == 2
    assert not queues.late(taken, 9.9)
    assert queues.late(taken, 10.0)


def test_full_queue_refuses_the_tenant_that_filled_it_and_no_other() -> None:
    queues = make(queue_limit=2)
    assert [queues.push(job(number)) for number in (1, 2)] == [None, None]
    assert queues.push(job(3)) == "2 jobs of this tenant are waiting already"
    assert queues.push(job(4, "other")) is None
    assert len(queues) == 3


def test_contexts_that_fill_the_memory_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("actionsd_broker.queues.MAX_WAITING_BYTES", 20 + 2 * PLAN.weight)
    queues = make()
    large = b"x" * 15
    assert queues.push(job(1, context=large)) is None
    assert queues.push(job(2, "other", context=large)) == "too many large jobs are waiting already"
    queues.pop("t")
    assert queues.push(job(3, "other", context=large)) is None


def test_jobs_expire_in_the_order_in_which_they_were_accepted() -> None:
    queues = make(queue_seconds=10)
    for number, tenant in enumerate("abc"):
        queues.push(job(number, tenant, at=number))
    queues.pop("b")
    assert queues.next_expiry() == 10
    assert [j.number for j in queues.expired(10)] == [0]
    assert queues.next_expiry() == 12
    assert [j.number for j in queues.expired(100)] == [2]
    assert queues.next_expiry() is None
