"""What a job weighs and how long it may take."""

from __future__ import annotations

from dataclasses import replace

from jobs import job

from actionsd_broker.plan import make_plan
from actionsd_protocol.messages import Action, Trace


def test_budget_grows_with_the_chain() -> None:
    actions = [Action(name="f", script="", timeout=1), Action(name="g", script="", timeout=8)]
    assert job(1, plan=make_plan(actions)).budget_seconds == (1 + 1 + 0.5) + (5 + 8 + 0.5)


def test_weight_is_that_of_the_context_and_the_scripts() -> None:
    plan = make_plan([Action(name="f", script="x" * 100)])
    assert job(1, context=b"y" * 10, plan=plan).weight == 110


def test_names_are_whose_it_is_and_where_it_comes_from() -> None:
    whose = {"tenant": "t", "trigger": "complement-token/pre-userinfo"}
    plain = job(1, tenant="t")
    assert plain.named() == whose
    assert replace(plain, trace=Trace()).named() == whose
    assert replace(plain, trace=Trace("r", "p")).named() == {
        **whose,
        "request": "r",
        "trace": "p",
    }
