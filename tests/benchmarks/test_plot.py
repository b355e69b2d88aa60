from __future__ import annotations

from pathlib import Path

import pytest
from benchmark_report import make, make_report

from benchmarks.plot import by_load, by_workers, draw

FIGURES = [make(1, 16, 500), make(4, 16, 900), make(2, 16, 800), make(2, 1, 700)]


def test_throughput_is_drawn_at_the_highest_load() -> None:
    assert [f.workers for f in by_workers(FIGURES)] == [1, 2, 4]


def test_latency_is_drawn_at_the_workers_that_had_every_load() -> None:
    assert [(f.workers, f.in_flight) for f in by_load(FIGURES)] == [(2, 1), (2, 16)]


def test_of_nothing_nothing_is_drawn() -> None:
    assert (by_workers([]), by_load([])) == ([], [])


def test_a_picture_is_written(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib", reason="the extra `bench` is not installed")
    draw(make_report(), tmp_path / "p.png")
    assert (tmp_path / "p.png").read_bytes().startswith(b"\x89PNG")
