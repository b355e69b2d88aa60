"""Sums of what jobs took: within their precision, and forgetting when they should."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actionsd_broker.tallies import SLOTS, Ledger, Names, Series

times = st.lists(st.floats(1e-6, 1e5), min_size=1, max_size=50)


def series(*times: float) -> Series:
    made = Series()
    for seconds in times:
        made.note(seconds)
    return made


@given(times, st.floats(0.01, 1.0))
def test_quantile_is_off_by_an_eighth_at_the_most(values: list[float], part: float) -> None:
    ordered = sorted(values)
    exact = next(value for place, value in enumerate(ordered, 1) if place >= part * len(ordered))
    [read] = series(*values).quantiles(part)
    assert abs(read - exact) <= exact / 8 * 1.001


@given(times, times)
def test_sum_of_two_is_as_if_it_were_one(some: list[float], others: list[float]) -> None:
    both = series(*some)
    both.add(series(*others))
    one = series(*some, *others)
    assert (both.count, both.buckets) == (one.count, one.buckets)
    assert both.seconds == pytest.approx(one.seconds)


def test_nothing_took_no_time() -> None:
    assert series().describe() == {"count": 0, "sum_ms": 0, "p50_ms": 0, "p99_ms": 0}


@pytest.mark.parametrize("seconds", [0.0, -1.0, 1e-9])
def test_no_time_is_the_least(seconds: float) -> None:
    assert series(seconds).quantiles(0.5) == series(1e-6).quantiles(0.5)


@given(st.lists(st.integers(0, 3), max_size=40))
def test_minute_has_the_last_slots_and_the_whole_has_all(steps: list[int]) -> None:
    ledger, slots, slot = Ledger(), [], 0
    for step in steps:
        slot += step
        slots.append(slot)
        ledger.at(slot).count += 1
    whole, minute = ledger.sums(slot)
    assert whole.count == len(slots)
    assert minute.count == sum(each > slot - SLOTS for each in slots)


def test_absorbed_ledger_is_not_of_the_last_minute() -> None:
    ledger, other = Ledger(), Ledger()
    other.at(3).fail("timeout")
    ledger.absorb(other, 3)
    whole, minute = ledger.sums(3)
    assert (whole.failures, minute.failures) == ({"timeout": 1}, {})


def test_names_beyond_many_are_counted_together() -> None:
    names = Names()
    for number in range(40):
        names.note(f"n{number}")
    names.note("n3")
    described = names.describe()
    assert len(described) == 33
    assert (described["n3"], described["other"]) == (2, 8)


def test_bounds_count_what_is_below_them_and_what_is_beyond_all_is_in_the_count_alone() -> None:
    series = Series()
    for seconds in (0.0, 1e-5, 0.003, 0.2, 40.0):
        series.note(seconds)
    bounds = series.cumulative()
    assert [bound for bound, _ in bounds] == sorted(2.0**e for e in range(-13, 6))
    assert (dict(bounds)[2**-13], dict(bounds)[2**-8], dict(bounds)[0.25]) == (2, 3, 4)
    assert (bounds[-1], series.count) == ((32.0, 4), 5)
