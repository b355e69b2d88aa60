"""The dispatcher, driven by a simulated clock: no process, no socket, no waiting."""

from __future__ import annotations

import random

import pytest

from actionsd_broker.dispatcher import (
    Assign,
    Command,
    Complete,
    Dispatcher,
    Fail,
    Job,
    Kill,
)
from actionsd_broker.plan import make_plan
from actionsd_protocol.errors import FailureKind
from actionsd_protocol.messages import Action

PLAN = make_plan([Action(name="f", script="function f() {}", timeout=1.0)])


def job(number: int, tenant: str = "t", at: float = 0.0, context: bytes = b"{}") -> Job:
    return Job(number, tenant, "complement-token/pre-userinfo", PLAN, context, False, at)


def make(queue_limit: int = 100, queue_seconds: float = 10.0) -> Dispatcher:
    return Dispatcher(queue_limit=queue_limit, queue_seconds=queue_seconds)


def assigned(commands: list[Command]) -> list[tuple[str, int]]:
    return [(c.worker, c.job.number) for c in commands if isinstance(c, Assign)]


def failures(commands: list[Command]) -> list[tuple[int, FailureKind]]:
    return [(c.job.number, c.kind) for c in commands if isinstance(c, Fail)]


def test_job_goes_to_an_idle_worker_at_once() -> None:
    dispatcher = make()
    assert dispatcher.worker_ready("a", 0) == []
    assert assigned(dispatcher.submit(job(1), 0)) == [("a", 1)]


def test_job_without_an_idle_worker_waits_for_one() -> None:
    dispatcher = make()
    assert dispatcher.submit(job(1), 0) == []
    assert assigned(dispatcher.worker_ready("a", 1)) == [("a", 1)]


def test_jobs_of_one_tenant_run_in_their_order() -> None:
    dispatcher = make()
    for number in (1, 2, 3):
        dispatcher.submit(job(number), 0)
    order = assigned(dispatcher.worker_ready("a", 0))
    order += assigned(dispatcher.reported("a", 1))
    order += assigned(dispatcher.reported("a", 2))
    assert order == [("a", 1), ("a", 2), ("a", 3)]


def test_tenants_take_turns_however_many_jobs_one_has() -> None:
    dispatcher = make()
    for number in range(1, 11):
        dispatcher.submit(job(number, "loud"), 0)
    dispatcher.submit(job(11, "quiet"), 0)
    order = assigned(dispatcher.worker_ready("a", 0))
    order += assigned(dispatcher.reported("a", 0))
    assert order == [("a", 1), ("a", 11)]


def test_report_completes_the_job_that_the_worker_had() -> None:
    dispatcher = make()
    dispatcher.worker_ready("a", 0)
    dispatcher.submit(job(1), 3)
    completed = [c for c in dispatcher.reported("a", 4) if isinstance(c, Complete)]
    assert [(c.job.number, c.started_at) for c in completed] == [(1, 3)]
    assert dispatcher.empty


def test_full_queue_refuses_the_tenant_that_filled_it_and_no_other() -> None:
    dispatcher = make(queue_limit=2)
    dispatcher.submit(job(1), 0)
    dispatcher.submit(job(2), 0)
    assert failures(dispatcher.submit(job(3), 0)) == [(3, FailureKind.OVERLOADED)]
    assert failures(dispatcher.submit(job(4, "other"), 0)) == []


def test_contexts_that_fill_the_memory_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("actionsd_broker.dispatcher.MAX_WAITING_BYTES", 30)
    dispatcher = make()
    assert dispatcher.submit(job(1, context=b"12345678"), 0) == []
    refused = dispatcher.submit(job(2, "other", context=b"12345678"), 0)
    assert failures(refused) == [(2, FailureKind.OVERLOADED)]
    dispatcher.worker_ready("a", 0)
    assert failures(dispatcher.submit(job(3, "other", context=b"12345678"), 0)) == []


def test_job_that_waits_too_long_fails_as_queue_timeout() -> None:
    dispatcher = make(queue_seconds=10)
    dispatcher.submit(job(1, at=0), 0)
    dispatcher.submit(job(2, at=4), 4)
    assert dispatcher.next_deadline() == 10
    assert dispatcher.tick(9.9) == []
    assert failures(dispatcher.tick(10)) == [(1, FailureKind.QUEUE_TIMEOUT)]
    assert dispatcher.next_deadline() == 14
    assert assigned(dispatcher.worker_ready("a", 11)) == [("a", 2)]


def test_late_worker_is_killed_once_and_its_job_fails_with_timeout() -> None:
    dispatcher = make()
    dispatcher.worker_ready("a", 0)
    dispatcher.submit(job(1), 0)
    deadline = dispatcher.next_deadline()
    assert deadline is not None
    assert dispatcher.tick(deadline - 0.01) == []
    assert dispatcher.tick(deadline) == [Kill("a", "late")]
    assert dispatcher.tick(deadline + 1) == []
    lost = dispatcher.worker_lost("a", FailureKind.WORKER_LOST, "killed")
    assert failures(lost) == [(1, FailureKind.TIMEOUT)]


def test_report_of_a_condemned_worker_does_not_count() -> None:
    dispatcher = make()
    dispatcher.worker_ready("a", 0)
    dispatcher.submit(job(1), 0)
    dispatcher.violated("a", "lied")
    assert dispatcher.reported("a", 1) == []
    lost = dispatcher.worker_lost("a", FailureKind.WORKER_LOST, "killed")
    assert failures(lost) == [(1, FailureKind.WORKER_LOST)]


def test_condemned_idle_worker_is_given_nothing_more() -> None:
    dispatcher = make()
    dispatcher.worker_ready("a", 0)
    dispatcher.violated("a", "spoke out of turn")
    assert dispatcher.submit(job(1), 0) == []


def test_lost_worker_fails_its_own_job_and_no_other() -> None:
    dispatcher = make()
    dispatcher.worker_ready("a", 0)
    dispatcher.worker_ready("b", 0)
    dispatcher.submit(job(1), 0)
    dispatcher.submit(job(2), 0)
    lost = dispatcher.worker_lost("a", FailureKind.MEMORY_LIMIT, "full")
    assert failures(lost) == [(1, FailureKind.MEMORY_LIMIT)]
    assert dispatcher.running_on("b") is not None


def test_lost_idle_worker_is_given_nothing_more() -> None:
    dispatcher = make()
    dispatcher.worker_ready("a", 0)
    assert dispatcher.worker_lost("a", FailureKind.WORKER_LOST, "gone") == []
    assert dispatcher.submit(job(1), 0) == []


def test_draining_refuses_new_jobs_and_finishes_accepted_ones() -> None:
    dispatcher = make()
    dispatcher.submit(job(1), 0)
    dispatcher.drain()
    assert failures(dispatcher.submit(job(2), 0)) == [(2, FailureKind.OVERLOADED)]
    assert assigned(dispatcher.worker_ready("a", 0)) == [("a", 1)]
    dispatcher.reported("a", 1)
    assert dispatcher.empty


def test_budget_grows_with_the_chain() -> None:
    two = make_plan(
        [Action(name="f", script="", timeout=1), Action(name="g", script="", timeout=8)]
    )
    chain = Job(1, "t", "x", two, b"", False, 0.0)
    assert chain.budget_seconds == (1 + 1 + 0.5) + (5 + 8 + 0.5)


@pytest.mark.parametrize("seed", range(5))
def test_every_job_is_answered_exactly_once_in_an_hour_of_chaos(seed: int) -> None:
    """Workers die, hang and come back, tenants flood: nobody is forgotten or served twice."""
    chance = random.Random(seed)  # noqa: S311 - chaos, not secrets
    dispatcher = make(queue_limit=20, queue_seconds=5)
    world = _World(dispatcher, chance)
    now = 0.0
    while now < 3600:
        now += chance.expovariate(2)
        world.step(now)
    world.finish(now)
    assert dispatcher.empty
    assert world.answered == dict.fromkeys(range(1, world.submitted + 1), 1)
    assert world.started <= world.submitted


class _World:
    """Workers and clients that behave badly, by a seeded chance."""

    def __init__(self, dispatcher: Dispatcher, chance: random.Random) -> None:
        self.dispatcher = dispatcher
        self.chance = chance
        self.submitted = 0
        self.started = 0
        self.answered: dict[int, int] = {}
        self.busy: dict[str, int] = {}
        self.condemned: set[str] = set()
        self.serial = 0

    def step(self, now: float) -> None:
        self.carry_out(self.dispatcher.tick(now))
        for worker in list(self.condemned):
            self.lose(worker)
        match self.chance.randrange(10):
            case 0 | 1 | 2 | 3:
                self.submitted += 1
                tenant = f"t{int(self.chance.paretovariate(1)) % 7}"
                self.carry_out(self.dispatcher.submit(job(self.submitted, tenant, now), now))
            case 4 | 5 | 6 | 7 if self.busy:
                worker = self.chance.choice(list(self.busy))
                commands = self.dispatcher.reported(worker, now)
                if any(isinstance(c, Complete) for c in commands):
                    del self.busy[worker]
                self.carry_out(commands)
            case 8 if self.busy:
                self.lose(self.chance.choice(list(self.busy)))
            case _ if len(self.busy) < 4:
                self.serial += 1
                self.carry_out(self.dispatcher.worker_ready(f"w{self.serial}", now))

    def lose(self, worker: str) -> None:
        self.condemned.discard(worker)
        self.busy.pop(worker, None)
        self.carry_out(self.dispatcher.worker_lost(worker, FailureKind.WORKER_LOST, "chaos"))

    def finish(self, now: float) -> None:
        for worker in list(self.busy):
            self.lose(worker)
        self.carry_out(self.dispatcher.tick(now + 100))

    def carry_out(self, commands: list[Command]) -> None:
        for command in commands:
            match command:
                case Assign(worker, assigned_job):
                    assert worker not in self.busy
                    self.started += 1
                    self.busy[worker] = assigned_job.number
                case Complete(done) | Fail(done):
                    self.answered[done.number] = self.answered.get(done.number, 0) + 1
                case Kill(worker):
                    self.condemned.add(worker)
