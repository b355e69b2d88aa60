from __future__ import annotations

import random

import pytest

from benchmarks.trend import Sample, find_trend


def series(per_sample: float, count: int = 100, noise: float = 0.0) -> list[Sample]:
    source = random.Random(1)  # noqa: S311 - the same noise every time
    return [
        Sample(10.0 * i, 100 + per_sample * i + source.uniform(-noise, noise)) for i in range(count)
    ]


def test_a_series_that_stands_still_is_flat_in_spite_of_noise() -> None:
    assert find_trend(series(0.0, noise=10)).flat


def test_a_series_that_grows_is_not() -> None:
    trend = find_trend(series(0.2, noise=1))
    assert not trend.flat
    assert trend.mib_per_hour == pytest.approx(72, rel=0.1)
    assert str(trend).startswith("GROWS: ")


def test_a_series_that_shrinks_is_flat() -> None:
    assert find_trend(series(-0.5)).flat


def test_a_few_samples_that_stand_out_do_not_count() -> None:
    samples = series(0.0)
    for index in range(90, 100, 3):
        samples[index] = samples[index]._replace(mib=10_000)
    assert find_trend(samples).growth_mib == pytest.approx(0)


def test_what_fills_at_the_beginning_does_not_count() -> None:
    filling = [Sample(float(i), min(50.0 + i, 80.0)) for i in range(100)]
    assert find_trend(filling).growth_mib == pytest.approx(0)


def test_a_long_series_is_thinned() -> None:
    assert find_trend(series(0.0, count=5000)).flat


def test_two_samples_are_needed() -> None:
    with pytest.raises(ValueError, match="too few"):
        find_trend([Sample(0, 1)])
