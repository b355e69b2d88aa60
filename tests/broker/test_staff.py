"""What number of workers may be asked for."""

from __future__ import annotations

import os

import pytest

from actionsd_broker.staff import MOST_WORKERS, ScaleError, read_number, usable_cpus


@pytest.mark.parametrize(
    ("wanted", "number"), [("1", 1), ("256", 256), ("+1", 5), ("-3", 1), ("+0", 4), ("007", 7)]
)
def test_number_and_step_are_read(wanted: str, number: int) -> None:
    assert read_number(wanted, 4) == number


def test_auto_is_the_cpus_that_may_be_used(monkeypatch: pytest.MonkeyPatch) -> None:
    assert read_number("auto", 4) == len(os.sched_getaffinity(0))
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(1000)))
    assert usable_cpus() == MOST_WORKERS
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set())
    assert usable_cpus() == 1


@pytest.mark.parametrize("wanted", ["0", "257", "-4", "+253", "999999"])
def test_number_out_of_bounds_is_refused_with_the_bounds(wanted: str) -> None:
    with pytest.raises(ScaleError, match=r"1 to 256, and there are 4"):
        read_number(wanted, 4)


@pytest.mark.parametrize(
    "wanted", ["", "x", "1.5", "+", "--1", " 1", "1\n", "\u0661", "AUTO", "9" * 7]
)
def test_what_is_no_number_is_refused(wanted: str) -> None:
    with pytest.raises(ScaleError, match=r"expected a number, \+N, -N or auto"):
        read_number(wanted, 4)
