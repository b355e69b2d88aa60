from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

from benchmarks.arguments import FULL, QUICK, pace_of, parse


def test_by_default_everything_is_measured() -> None:
    parsed = parse([])
    assert parsed.workload == ["w1", "w2", "w3", "w4"]
    assert (parsed.workers, parsed.in_flight) == ([1, 2, 4, 8], [1, 16, 64])
    assert pace_of(parsed) == FULL


def test_quick_measures_once() -> None:
    assert pace_of(parse(["--quick"])) == QUICK


def test_pace_can_be_set() -> None:
    pace = pace_of(parse(["--quick", "--repetitions", "7", "--seconds", "0.25"]))
    assert (pace.repetitions, pace.seconds) == (7, 0.25)


def test_a_comparison_is_at_one_number_of_workers_unless_told_otherwise() -> None:
    assert parse(["--compare"]).workers == [2]
    assert parse(["--compare", "--workers", "1,4"]).workers == [1, 4]


def test_numbers_are_sorted_and_each_is_taken_once() -> None:
    assert parse(["--workers", "4,1,4"]).workers == [1, 4]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--workers", "two"], "'two': not a number from 1 to 256"),
        (["--workers", "0"], "'0': not a number from 1 to 256"),
        (["--in-flight", "1,5000"], "'5000': not a number from 1 to 1000"),
        (["--seconds", "nan"], "'nan': seconds"),
        (["--seconds", "0"], "'0': seconds"),
        (["--repetitions", "1,2"], "'1,2': not a number from 1 to 100"),
        (["--workload", "w9"], "invalid choice: 'w9'"),
        (["--json", "/nowhere/at/all/f.json"], "there is no such directory"),
    ],
)
def test_a_wrong_argument_is_refused_with_a_reason(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        parse(arguments)
    assert ended.value.code == 2
    assert message in capsys.readouterr().err


def test_a_plot_without_matplotlib_is_refused_before_anything_is_measured(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    with pytest.raises(SystemExit):
        parse(["--plot", str(tmp_path / "p.png")])
    assert "pip install 'actionsd[bench]'" in capsys.readouterr().err
