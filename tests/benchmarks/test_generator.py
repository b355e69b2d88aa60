from __future__ import annotations

import asyncio
from typing import Any

import pytest

from benchmarks.callers import DaemonTarget, read_mutations
from benchmarks.errors import BenchmarkError
from benchmarks.generator import LOOK_EVERY, Opening, Order, describe, measure
from benchmarks.workload import Outcome

RIGHT = Outcome({"k": "v"}, [])
OPENING = Opening(DaemonTarget("ipc:///nowhere", "load"), "w1", b"{}", RIGHT)


class FakeCaller:
    """Answers at once, with `outcome`; from job `fails_at` on, with a failure."""

    def __init__(self, outcome: Outcome = RIGHT, fails_at: int | None = None) -> None:
        self._outcome = outcome
        self._fails_at = fails_at
        self._open = 0
        self.calls = 0
        self.most_open = 0

    async def call(self) -> Any:
        self.calls += 1
        self._open += 1
        self.most_open = max(self.most_open, self._open)
        await asyncio.sleep(0)
        self._open -= 1
        if self._fails_at is not None and self.calls >= self._fails_at:
            raise BenchmarkError("a job failed: timeout")
        return self._outcome

    def read(self, answer: Any) -> Outcome:
        assert isinstance(answer, Outcome)
        return answer

    def action_us(self, answer: Any) -> float | None:
        assert isinstance(answer, Outcome)
        return 7.0

    async def close(self) -> None:
        """There is nothing to close."""


def test_every_job_is_counted_once() -> None:
    caller = FakeCaller()
    measured = asyncio.run(measure(caller, Order(0.05, 4), OPENING))
    assert measured.jobs == caller.calls > LOOK_EVERY
    assert measured.wall_seconds >= 0.05
    assert measured.action_us == 7.0


def test_so_many_jobs_are_kept_in_flight() -> None:
    caller = FakeCaller()
    asyncio.run(measure(caller, Order(0.05, 7), OPENING))
    assert caller.most_open == 7


def test_a_wrong_result_fails_the_run() -> None:
    wrong = FakeCaller(Outcome({"k": "w"}, []))
    with pytest.raises(BenchmarkError, match="wrong result"):
        asyncio.run(measure(wrong, Order(0.05, 1), OPENING))


def test_a_failed_job_fails_the_run() -> None:
    with pytest.raises(ExceptionGroup) as raised:
        asyncio.run(measure(FakeCaller(fails_at=10), Order(5.0, 4), OPENING))
    assert describe(raised.value) == "a job failed: timeout"


def test_an_error_of_our_own_is_described_with_its_type() -> None:
    errors = ExceptionGroup("several", [ExceptionGroup("nested", [ValueError("words")])])
    assert describe(errors) == "ValueError: words"


def test_an_outcome_is_read_from_mutations() -> None:
    mutations: list[dict[str, Any]] = [
        {"op": "setClaim", "key": "k", "value": 1},
        {"op": "setMetadata", "key": "m", "value": "x"},
        {"op": "appendLogIntoClaims", "key": "urn:log", "value": ["one", "two"]},
    ]
    assert read_mutations(mutations) == Outcome({"k": 1}, ["one", "two"])
