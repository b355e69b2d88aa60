from __future__ import annotations

import datetime as dt

import pytest

from actionsd_broker import proof
from actionsd_broker.advice import ADVICE, v8_age_days


@pytest.mark.parametrize(
    ("version", "day", "age"),
    [
        ("14.4.258.23", dt.date(2026, 1, 13), 0),
        ("14.4.258.23", dt.date(2026, 3, 13), 59),
        ("14.6.1.2", dt.date(2026, 3, 10), 0),
        ("13.9.1", dt.date(2026, 1, 13), 140),
        ("unknown", dt.date(2026, 1, 13), None),
    ],
)
def test_age_of_an_engine_follows_from_its_version(
    version: str, day: dt.date, age: int | None
) -> None:
    assert v8_age_days(version, day) == age


def test_there_is_advice_on_every_layer_that_is_required() -> None:
    assert set(proof.REQUIRED) <= set(ADVICE)
