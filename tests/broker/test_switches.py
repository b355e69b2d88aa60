"""What is off, and what that leaves of a job."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime

import pytest
from jobs import job

from actionsd_broker import switches as module
from actionsd_broker.plan import make_plan
from actionsd_broker.switches import EVERYTHING, Scope, Switch, Switches, unreadable
from actionsd_protocol.messages import Action

CHAIN = make_plan([Action(name=name, script=f"function {name}() {{}}") for name in "fgf"])


def off(*scopes: Scope) -> Switches:
    return Switches([Switch(tenant, action, "2026-01-01") for tenant, action in scopes])


def names(switches: Switches, tenant: str = "t") -> list[str]:
    return [step.name for step in switches.leave(job(1, tenant, plan=CHAIN)).plan.steps]


@pytest.mark.parametrize(
    ("scope", "left"),
    [
        (EVERYTHING, []),
        (("t", None), []),
        (("u", None), ["f", "g", "f"]),
        ((None, "f"), ["g"]),
        (("t", "g"), ["f", "f"]),
        (("u", "g"), ["f", "g", "f"]),
        ((None, "none"), ["f", "g", "f"]),
    ],
)
def test_what_is_off_is_left_out_of_the_chain(scope: Scope, left: list[str]) -> None:
    assert names(off(scope)) == left


def test_worker_is_not_sent_the_text_of_what_is_off() -> None:
    left = off((None, "f")).leave(job(1, plan=CHAIN))
    assert list(left.plan.sources.values()) == ["function g() {}"]


def test_job_of_which_nothing_is_off_is_the_same_job() -> None:
    whole = job(1, plan=CHAIN)
    assert Switches().leave(whole) is whole
    assert off((None, "x")).leave(whole) is whole


def test_what_is_on_again_comes_back_in_its_place() -> None:
    less = off((None, "f"), ("t", "g")).leave(job(1, plan=CHAIN))
    assert [step.name for step in off((None, "f")).leave(less).plan.steps] == ["g"]
    assert Switches().leave(less).plan == CHAIN


def test_check_is_left_whole() -> None:
    check = dataclasses.replace(job(1, plan=CHAIN), check=True)
    assert off(EVERYTHING).leave(check) is check


def test_switching_on_what_covers_another_leaves_that_off() -> None:
    both = off(("t", None), ("t", "f"))
    assert names(both.without(("t", None))) == ["g"]


def test_second_switch_of_the_same_thing_replaces_the_first() -> None:
    twice = off(("t", None)).with_off(Switch("t", None, "2026-02-02", reason="still"))
    assert [switch.reason for switch in twice.entries] == ["still"]


def test_there_is_an_end_to_how_much_may_be_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_SWITCHES", 1)
    with pytest.raises(module.TooManySwitchesError, match="1 things are off already"):
        off(("t", None)).with_off(Switch("u", None, "2026-01-01"))


def test_there_is_always_room_for_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_SWITCHES", 1)
    assert off(("t", None)).with_off(Switch(*EVERYTHING, "2026-01-01")).everything


def test_where_nobody_knows_what_was_off_everything_is() -> None:
    lost = unreadable("damaged", datetime(2026, 1, 1, tzinfo=UTC))
    assert lost.everything
    assert [(switch.by, switch.reason) for switch in lost.entries] == [("actionsd", "damaged")]
