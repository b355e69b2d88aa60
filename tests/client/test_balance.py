"""Which endpoint is next, for any loads and any losses."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from actionsd_client.balance import FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS, Balance

LOADS = st.lists(st.none() | st.integers(0, 9), min_size=4, max_size=4)


@given(st.lists(LOADS, min_size=1, max_size=20))
def test_choice_is_open_and_has_the_least_load(rounds: list[list[int | None]]) -> None:
    balance = Balance(4)
    for loads in rounds:
        place = balance.choose(loads)
        present = [load for load in loads if load is not None]
        if place is None:
            assert not present
        else:
            assert loads[place] == min(present)


@given(st.integers(1, 6), st.integers(0, 9), st.data())
def test_equals_take_turns(count: int, load: int, data: st.DataObject) -> None:
    balance = Balance(count)
    for _ in range(data.draw(st.integers(0, 7))):
        balance.choose([load] * count)
    assert {balance.choose([load] * count) for _ in range(count)} == set(range(count))


@given(st.lists(st.booleans(), min_size=3, max_size=3).filter(any), st.integers(1, 100))
def test_jobs_without_answers_are_spread_evenly(is_open: list[bool], jobs: int) -> None:
    balance = Balance(3)
    loads: list[int | None] = [0 if each else None for each in is_open]
    for _ in range(jobs):
        place = balance.choose(loads)
        assert place is not None
        loads[place] = (loads[place] or 0) + 1
    present = [load for load in loads if load is not None]
    assert sum(present) == jobs
    assert max(present) - min(present) <= 1


def test_without_endpoints_that_are_open_there_is_no_choice() -> None:
    assert Balance(2).choose([None, None]) is None


@given(st.floats(0, 1e6), st.integers(0, 2))
def test_pauses_double_up_to_the_longest(now: float, place: int) -> None:
    balance = Balance(3)
    pauses = [FIRST_PAUSE_SECONDS]
    for _ in range(9):
        balance.tried(place, now)
        assert not balance.due(place, now + pauses[-1] * 0.99)
        now += pauses[-1] * 1.01
        assert balance.due(place, now)
        pauses.append(min(2 * pauses[-1], LONGEST_PAUSE_SECONDS))
    assert pauses[-1] == LONGEST_PAUSE_SECONDS


@given(st.integers(0, 9), st.floats(0, 1e6))
def test_one_that_was_open_is_tried_again_soon(earlier: int, now: float) -> None:
    balance = Balance(1)
    for _ in range(earlier):
        balance.tried(0, now)
    balance.lost(0, now)
    assert not balance.due(0, now + FIRST_PAUSE_SECONDS * 0.99)
    assert balance.due(0, now + FIRST_PAUSE_SECONDS * 1.01)


@given(st.integers(0, 9), st.floats(0, 1e6))
def test_all_are_due_in_a_hurry(earlier: int, now: float) -> None:
    balance = Balance(2)
    for _ in range(earlier):
        balance.tried(1, now)
    balance.hurry()
    assert balance.due(0, now)
    assert balance.due(1, now)


def test_one_endpoint_does_not_make_another_wait() -> None:
    balance = Balance(2)
    balance.tried(0, 7.0)
    assert balance.due(1, 7.0)
