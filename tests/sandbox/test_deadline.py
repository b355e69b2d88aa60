from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from subprocess import CompletedProcess

import pytest

from actionsd_sandbox.deadline import EXIT_LATE, DeadlineTimer


@pytest.fixture
def timer() -> Iterator[DeadlineTimer]:
    before = signal.getsignal(signal.SIGALRM)
    yield DeadlineTimer()
    signal.setitimer(signal.ITIMER_REAL, 0)
    signal.signal(signal.SIGALRM, before)


@pytest.fixture
def exits(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    statuses: list[int] = []
    monkeypatch.setattr(os, "_exit", statuses.append)
    return statuses


def past() -> float:
    return (time.time() - 1) * 1000


def test_late_phase_is_cancelled(timer: DeadlineTimer) -> None:
    cancelled: list[bool] = []
    timer.attach(past, lambda: cancelled.append(True))
    timer.expect(0.001)
    until = time.monotonic() + 10
    while not cancelled and time.monotonic() < until:
        pass
    assert cancelled == [True]
    assert timer.late


def test_phase_that_does_not_end_in_its_grace_ends_the_process(
    timer: DeadlineTimer, exits: list[int]
) -> None:
    timer.attach(past, lambda: None)
    timer._fired(signal.SIGALRM, None)
    assert exits == []
    timer._fired(signal.SIGALRM, None)
    assert exits == [EXIT_LATE]


def test_no_phase_is_left_alone(timer: DeadlineTimer, exits: list[int]) -> None:
    cancelled: list[bool] = []
    timer.attach(lambda: 0.0, lambda: cancelled.append(True))
    timer._fired(signal.SIGALRM, None)
    assert (cancelled, exits, timer.late) == ([], [], False)


def test_phase_that_has_time_left_is_looked_at_again(timer: DeadlineTimer) -> None:
    timer.attach(lambda: (time.time() + 100) * 1000, lambda: None)
    timer._fired(signal.SIGALRM, None)
    assert 90 < signal.getitimer(signal.ITIMER_REAL)[0] <= 101
    assert not timer.late


@pytest.mark.parametrize(("first", "second", "least"), [(50, 100, 40), (100, 50, 40)])
def test_earliest_expectation_counts(
    timer: DeadlineTimer, first: float, second: float, least: float
) -> None:
    timer.expect(first)
    timer.expect(second)
    assert least < signal.getitimer(signal.ITIMER_REAL)[0] <= 50


def test_attaching_forgives_what_was_late_before(timer: DeadlineTimer, exits: list[int]) -> None:
    timer.attach(past, lambda: None)
    timer._fired(signal.SIGALRM, None)
    timer.attach(lambda: 0.0, lambda: None)
    timer._fired(signal.SIGALRM, None)
    assert (timer.late, exits) == (False, [])


def test_built_in_that_cannot_be_interrupted_ends_the_process(
    in_process: Callable[[str], CompletedProcess[str]],
) -> None:
    ended = in_process("""
import time
from actionsd_sandbox.deadline import DeadlineTimer
from actionsd_sandbox.isolate import Engine, Isolate
isolate, timer = Isolate(Engine(), {}), DeadlineTimer()
deadline = (time.time() + 0.05) * 1000
timer.attach(lambda: deadline, isolate.cancel)
timer.expect(0.05)
isolate.evaluate("Array.prototype.indexOf.call({length: 2 ** 53 - 1}, 1)")
""")
    assert ended.returncode == EXIT_LATE
