"""What a job weighs and how long it may take."""

from __future__ import annotations

from jobs import job

from actionsd_broker.plan import make_plan
from actionsd_protocol.messages import Action


def test_budget_grows_with_the_chain() -> None:
    actions = [Action(name="f", script="", timeout=1), Action(name="g", script="", timeout=8)]
    assert job(1, plan=make_plan(actions)).budget_seconds == (1 + 1 + 0.5) + (5 + 8 + 0.5)


def test_weight_is_that_of_the_context_and_the_scripts() -> None:
    plan = make_plan([Action(name="f", script="x" * 100)])
    assert job(1, context=b"y" * 10, plan=plan).weight == 110
