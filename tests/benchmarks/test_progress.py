from __future__ import annotations

import io

import pytest

from benchmarks.progress import Progress, describe_left, remaining_seconds


def test_before_anything_is_done_the_rest_is_what_was_estimated() -> None:
    assert remaining_seconds([2.0, 3.0], done=0, elapsed=0.0) == 5.0


def test_a_slow_machine_makes_the_rest_longer() -> None:
    assert remaining_seconds([2.0, 3.0], done=1, elapsed=4.0) == 6.0


@pytest.mark.parametrize(
    ("seconds", "words"), [(0, "about 1 s"), (42.4, "about 42 s"), (300, "about 5 min")]
)
def test_time_left_is_said_for_people(seconds: float, words: str) -> None:
    assert describe_left(seconds) == f"{words} left"


def test_each_step_is_said_with_its_number() -> None:
    out = io.StringIO()
    progress = Progress([1.0] * 10, out)
    progress.begin("one thing")
    progress.begin("another")
    assert [line.partition(";")[0] for line in out.getvalue().splitlines()] == [
        "[ 1/10] one thing",
        "[ 2/10] another",
    ]
