from __future__ import annotations

import pytest

from benchmarks.figures import (
    Figure,
    Point,
    Run,
    make_figure,
    make_measured,
    percentile,
    relative_spread,
)


@pytest.mark.parametrize(
    ("share", "expected"), [(0.5, 50), (0.99, 99), (0.999, 100), (1.0, 100), (0.0, 1)]
)
def test_a_percentile_is_a_value_that_was_there(share: float, expected: int) -> None:
    assert percentile(list(range(1, 101)), share) == expected


def test_of_a_single_value_every_percentile_is_that_value() -> None:
    assert [percentile([7.0], share) for share in (0.5, 0.99, 0.999)] == [7.0] * 3


def test_of_nothing_there_is_no_percentile() -> None:
    with pytest.raises(ValueError, match="no values"):
        percentile([], 0.5)


def test_latencies_are_sorted_and_said_in_milliseconds() -> None:
    measured = make_measured([0.003, 0.001, 0.002], wall=1.0, cpu=0.1)
    assert (measured.jobs, measured.p50_ms, measured.p99_ms) == (3, 2.0, 3.0)


def run(jobs: int, *, client: float = 0.1, **sides: float) -> Run:
    return Run(make_measured([0.001] * jobs, 1.0, client), sides, load_average=0.5)


def figure(*runs: Run) -> Figure:
    return make_figure(Point(2, 16), runs)


def test_a_figure_is_the_median_of_its_runs() -> None:
    found = figure(run(100), run(300), run(120))
    assert (found.jobs_per_s, found.runs, found.jobs) == (120, 3, 520)


def test_a_figure_says_how_far_its_runs_are_apart() -> None:
    assert figure(run(100), run(300), run(120)).spread.jobs_per_s == (100, 300)


def test_cpu_is_split_by_side_and_summed_for_a_job() -> None:
    cpu = figure(run(1000, client=0.1, broker=0.2, worker=0.3)).cpu_us_per_job
    assert (cpu.client, cpu.broker, cpu.worker, cpu.total) == (100, 200, 300, 600)


def test_the_site_is_counted_apart_from_the_total() -> None:
    found = figure(run(1000, client=0.1, worker=0.1, site=5.0))
    assert found.site_us_per_job == 5000
    assert found.cpu_us_per_job.total == 200


def test_a_side_that_is_not_there_costs_nothing() -> None:
    found = figure(run(1000, client=0.1, worker=0.1))
    assert (found.cpu_us_per_job.broker, found.site_us_per_job) == (0, None)


def test_spread_is_relative_to_the_figure() -> None:
    assert relative_spread((90.0, 110.0), 100.0) == pytest.approx(0.2)
    assert relative_spread((0.0, 0.0), 0.0) == 0
