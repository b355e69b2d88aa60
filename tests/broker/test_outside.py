"""Calls on another thread end with their outcome, or with nothing left of them."""

from __future__ import annotations

import asyncio
import select
import socket
import threading
import time
from collections.abc import Callable, Coroutine, Iterator
from typing import Any

import pytest
from servers import descriptors

from actionsd_broker.outside import Crashed, OutOfTime, Outside

LATER = 60.0
PATIENCE_SECONDS = 20


@pytest.fixture
def outside() -> Iterator[Outside]:
    outside = Outside()
    outside.start()
    yield outside
    outside.close()


def soon() -> float:
    return time.monotonic() + LATER


def collect(outside: Outside, count: int) -> list[tuple[int, Any]]:
    taken: list[tuple[int, Any]] = []
    while len(taken) < count:
        readable, _, _ = select.select([outside], [], [], PATIENCE_SECONDS)
        assert readable, taken
        taken += outside.take()
    return taken


def returning(value: object) -> Callable[[], Coroutine[Any, Any, object]]:
    async def coroutine() -> object:
        await asyncio.sleep(0)
        return value

    return coroutine


class Endless:
    """A call that never ends, and knows whether it was ended."""

    def __init__(self) -> None:
        self.begun, self.ended = threading.Event(), threading.Event()

    async def __call__(self) -> None:
        reader, writer = socket.socketpair()
        try:
            self.begun.set()
            await asyncio.Event().wait()
        finally:
            reader.close()
            writer.close()
            self.ended.set()


def test_outcomes_are_taken_by_number(outside: Outside) -> None:
    for number in range(50):
        outside.call(number, returning(number * 2), soon())
    assert sorted(collect(outside, 50)) == [(number, number * 2) for number in range(50)]


def test_descriptor_is_readable_only_while_there_is_something_to_take(outside: Outside) -> None:
    assert select.select([outside], [], [], 0)[0] == []
    outside.call(1, returning("x"), soon())
    collect(outside, 1)
    assert select.select([outside], [], [], 0)[0] == []
    assert outside.take() == []


def test_call_that_raises_has_the_place_and_not_the_text_as_its_outcome(outside: Outside) -> None:
    async def fail() -> None:
        raise ValueError("a secret")

    outside.call(1, fail, soon())
    [(_, outcome)] = collect(outside, 1)
    assert isinstance(outcome, Crashed)
    assert "ValueError" in outcome.where
    assert "test_outside.py" in outcome.where
    assert "secret" not in repr(outcome)


def test_maker_that_raises_is_an_outcome_too(outside: Outside) -> None:
    def fail() -> Coroutine[Any, Any, None]:
        raise RuntimeError

    outside.call(1, fail, soon())
    assert isinstance(collect(outside, 1)[0][1], Crashed)


def test_call_ends_at_its_deadline(outside: Outside) -> None:
    endless = Endless()
    outside.call(1, endless, time.monotonic() + 0.02)
    assert collect(outside, 1) == [(1, OutOfTime())]
    assert endless.ended.is_set()


def test_call_that_times_out_by_itself_has_crashed(outside: Outside) -> None:
    async def fail() -> None:
        raise TimeoutError

    outside.call(1, fail, soon())
    assert isinstance(collect(outside, 1)[0][1], Crashed)


def test_cancelled_call_ends_and_has_no_outcome(outside: Outside) -> None:
    endless = Endless()
    outside.call(1, endless, soon())
    assert endless.begun.wait(PATIENCE_SECONDS)
    outside.cancel(1)
    assert endless.ended.wait(PATIENCE_SECONDS)
    outside.call(2, returning("x"), soon())
    assert collect(outside, 1) == [(2, "x")]
    assert outside.take() == []


def test_outcome_of_a_cancelled_call_is_not_taken_for_the_next_of_that_number(
    outside: Outside,
) -> None:
    outside.call(1, returning("old"), soon())
    select.select([outside], [], [], PATIENCE_SECONDS)
    outside.cancel(1)
    outside.call(1, returning("new"), soon())
    assert collect(outside, 1) == [(1, "new")]


def test_call_that_is_cancelled_before_it_began_never_begins(outside: Outside) -> None:
    endless = Endless()
    outside.call(1, endless, soon())
    outside.cancel(1)
    outside.cancel(1)
    outside.call(2, returning("x"), soon())
    collect(outside, 1)
    assert not endless.begun.is_set() or endless.ended.wait(PATIENCE_SECONDS)


def test_number_under_way_is_refused(outside: Outside) -> None:
    outside.call(1, Endless(), soon())
    with pytest.raises(ValueError, match="under way"):
        outside.call(1, returning("x"), soon())


def test_nothing_outlives_close() -> None:
    threads = threading.active_count()
    before = descriptors()
    outside = Outside()
    outside.start()
    calls = [Endless() for _ in range(20)]
    for number, call in enumerate(calls):
        outside.call(number, call, soon())
    assert calls[-1].begun.wait(PATIENCE_SECONDS)
    outside.close()
    assert all(call.ended.is_set() for call in calls)
    assert threading.active_count() == threads
    assert descriptors() == before


def test_one_that_was_never_started_can_be_closed() -> None:
    Outside().close()
