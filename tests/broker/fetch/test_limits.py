"""A job's fetches are counted, and the one too many fails."""

from __future__ import annotations

from actionsd_broker.fetch.limits import Allowance
from actionsd_broker.fetch.outcomes import Fault


def test_fetch_beyond_the_allowance_fails_and_is_not_counted() -> None:
    allowance = Allowance(2)
    assert [allowance.take(), allowance.take()] == [None, None]
    failure = allowance.take()
    assert failure is not None
    assert failure.kind is Fault.TOO_MANY
    assert allowance.taken == 2


def test_allowance_of_none_allows_none() -> None:
    assert Allowance(0).take() is not None
