"""What chains take: the worst of late."""

from __future__ import annotations

import pytest
from jobs import job

from actionsd_broker import pace
from actionsd_broker.pace import LONG_SECONDS, Pace
from actionsd_broker.plan import Plan, make_plan
from actionsd_protocol.messages import Action


def chain(*names: str, script: str = "") -> Plan:
    return make_plan([Action(name=name, script=script) for name in names])


def test_chain_that_nobody_knows_is_long() -> None:
    assert Pace().expected(job(1)) == LONG_SECONDS


def test_chain_is_expected_to_take_what_it_took_and_another_tenants_is_not() -> None:
    known = Pace()
    known.note(job(1, "a"), 0.002)
    assert known.expected(job(2, "a")) == 0.002
    assert known.expected(job(3, "b")) == LONG_SECONDS


@pytest.mark.parametrize("other", [chain("f", "f"), chain("g"), chain("f", script="1")])
def test_another_chain_is_another(other: Plan) -> None:
    known = Pace()
    known.note(job(1, plan=chain("f")), 0.002)
    assert known.expected(job(2, plan=other)) == LONG_SECONDS


def test_chain_that_takes_longer_is_expected_to_at_once_and_less_only_in_time() -> None:
    known = Pace()
    known.note(job(1), 0.001)
    known.note(job(1), 1.0)
    assert known.expected(job(1)) == 1.0
    seen = []
    for _ in range(60):
        known.note(job(1), 0.001)
        seen.append(known.expected(job(1)))
    assert seen == sorted(seen, reverse=True)
    assert seen[0] > 0.8
    assert 0.001 < seen[-1] < 0.002


def test_chain_that_was_not_run_for_longest_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pace, "REMEMBERED", 2)
    known = Pace()
    for name in ("f", "g", "f", "h"):
        known.note(job(1, plan=chain(name)), 0.001)
    expected = {name: known.expected(job(1, plan=chain(name))) for name in "fgh"}
    assert expected == {"f": 0.001, "g": LONG_SECONDS, "h": 0.001}
