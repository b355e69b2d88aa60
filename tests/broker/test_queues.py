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
