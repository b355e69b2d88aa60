"""The dispatcher and the break-glass switch, on a simulated clock."""

from __future__ import annotations

import pytest
from jobs import assigned, failures, job

from actionsd_broker.config import Config
from actionsd_broker.decisions import Assign, Command, Skip
from actionsd_broker.dispatcher import Dispatcher
from actionsd_broker.plan import make_plan
from actionsd_broker.switches import EVERYTHING, Scope, Switch, Switches
from actionsd_protocol.errors import FailureKind
from actionsd_protocol.messages import Action

CHAIN = make_plan([Action(name=name, script=f"function {name}() {{}}") for name in "fg"])


def off(*scopes: Scope) -> Switches:
    return Switches([Switch(tenant, action, "2026-01-01") for tenant, action in scopes])


def make(*workers: str) -> Dispatcher:
    dispatcher = Dispatcher(Config(workers=max(1, len(workers)), queue_seconds=5))
    for name in workers:
        dispatcher.worker_ready(name, 0)
    return dispatcher


def skipped(commands: list[Command]) -> list[int]:
    return [each.job.number for each in commands if isinstance(each, Skip)]


def given(commands: list[Command]) -> dict[int, list[str]]:
    """Return the actions of each job that was given to a worker."""
    jobs = [job for each in commands if isinstance(each, Assign) for job in each.jobs]
    return {job.number: [step.name for step in job.plan.steps] for job in jobs}


def test_idle_worker_is_given_what_is_left_of_a_chain() -> None:
    dispatcher = make("a")
    dispatcher.switch(off((None, "f")), 0)
    assert given(dispatcher.submit(job(1, plan=CHAIN), 0)) == {1: ["g"]}


@pytest.mark.parametrize("scope", [EVERYTHING, ("t", None), (None, "f"), ("t", "f")])
def test_job_with_nothing_left_is_done_without_a_worker(scope: Scope) -> None:
    dispatcher = make()
    dispatcher.switch(off(scope), 0)
    assert skipped(dispatcher.submit(job(1), 0)) == [1]
    assert dispatcher.empty


def test_job_with_nothing_left_is_done_by_a_broker_that_drains() -> None:
    dispatcher = make()
    dispatcher.switch(off(EVERYTHING), 0)
    dispatcher.drain()
    assert skipped(dispatcher.submit(job(1), 0)) == [1]


def test_jobs_that_wait_with_nothing_left_are_done_at_once() -> None:
    dispatcher = make()
    for number in range(1, 1001):
        dispatcher.submit(job(number, plan=CHAIN), 0)
    dispatcher.submit(job(1001, "other"), 0)
    assert skipped(dispatcher.switch(off(("t", None)), 1)) == list(range(1, 1001))
    assert dispatcher.waiting == 1
    assert assigned(dispatcher.worker_ready("a", 1)) == [("a", 1001)]


def test_action_that_is_switched_off_is_not_run_in_jobs_that_wait_already() -> None:
    dispatcher = make()
    dispatcher.submit(job(1, plan=CHAIN), 0)
    assert dispatcher.switch(off((None, "g")), 1) == []
    assert given(dispatcher.worker_ready("a", 1)) == {1: ["f"]}


def test_action_that_is_on_again_is_run_in_jobs_that_wait() -> None:
    dispatcher = make()
    dispatcher.switch(off((None, "g")), 0)
    dispatcher.submit(job(1, plan=CHAIN), 0)
    dispatcher.switch(Switches(), 1)
    assert given(dispatcher.worker_ready("a", 1)) == {1: ["f", "g"]}


def test_jobs_behind_another_in_a_worker_are_taken_back() -> None:
    dispatcher = make()
    dispatcher.submit(job(1), 0)
    dispatcher.worker_ready("a", 0)
    dispatcher.reported("a", 0.001, seconds=0.0001)  # now it is known to be short
    for number in (2, 3, 4):
        dispatcher.submit(job(number), 0.01)
    busy = dispatcher.running_on("a")
    commands = dispatcher.switch(off(("t", None)), 0.02)
    assert busy is not None
    assert busy.number == 2
    assert skipped(commands) == [3, 4]
    dispatcher.reported("a", 0.03)
    assert dispatcher.empty


def test_job_that_would_be_run_again_is_done_when_nothing_is_left_of_it() -> None:
    dispatcher = make()
    dispatcher.submit(job(1), 0)
    dispatcher.worker_ready("a", 0)
    dispatcher.reported("a", 0.001, seconds=0.0001)
    for number in (2, 3, 4):
        dispatcher.submit(job(number), 0.01)
    given_now = assigned(dispatcher.reported("a", 0.02, seconds=0.0001))
    assert given_now == [("a", 3), ("a", 4)]
    assert skipped(dispatcher.switch(off(EVERYTHING), 0.021)) == [4]
    # Whether 3 has ended it or 4, nobody knows: 3 would be tried again, alone.
    commands = dispatcher.worker_lost("a", FailureKind.WORKER_LOST, "", 0.022, culpable=True)
    assert skipped(commands) == [3]
    assert dispatcher.empty


def test_job_that_runs_is_not_called_back() -> None:
    dispatcher = make("a")
    running = job(1, plan=CHAIN)
    dispatcher.submit(running, 0)
    assert dispatcher.switch(off(EVERYTHING), 1) == []
    assert dispatcher.running_on("a") is running


def test_chain_without_the_action_that_ends_workers_is_not_poisoned() -> None:
    dispatcher = make()
    for number in (1, 2, 3):
        dispatcher.submit(job(number, plan=CHAIN), 0)
        dispatcher.worker_ready(f"w{number}", 0)
        dispatcher.worker_lost(f"w{number}", FailureKind.MEMORY_LIMIT, "", 0, culpable=True)
    assert failures(dispatcher.submit(job(4, plan=CHAIN), 1)) == [(4, FailureKind.POISONED)]
    dispatcher.switch(off((None, "f")), 1)
    dispatcher.submit(job(5, plan=CHAIN), 1)
    assert given(dispatcher.worker_ready("b", 1)) == {5: ["g"]}


def test_job_that_waits_too_long_fails_for_what_is_left_of_it() -> None:
    dispatcher = make()
    dispatcher.submit(job(1, plan=CHAIN), 0)
    dispatcher.switch(off((None, "f")), 1)
    (late,) = dispatcher.tick(6)
    assert [step.name for step in late.job.plan.steps] == ["g"]  # type: ignore[union-attr] # a Fail
