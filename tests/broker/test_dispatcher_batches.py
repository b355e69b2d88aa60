"""Several jobs in one worker: none is lost, none runs twice with effects, blame is exact."""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from jobs import assigned, failures, job

from actionsd_broker.batch import BATCH_JOBS, STALL_SECONDS
from actionsd_broker.config import Config
from actionsd_broker.decisions import Assign, Command, Complete, Fail, Kill, Retire
from actionsd_broker.dispatcher import Dispatcher
from actionsd_broker.job import Job
from actionsd_broker.pace import Pace
from actionsd_broker.plan import Plan, make_plan
from actionsd_protocol.errors import FailureKind
from actionsd_protocol.messages import Action

SHORT = 0.0001


def make(name: str, workers: int = 1, **config: Any) -> Dispatcher:
    """Return a dispatcher that knows tenant t's chain to be short, and has one idle worker."""
    dispatcher = Dispatcher(Config(workers=workers, **config))
    dispatcher.worker_ready(name, 0)
    dispatcher.submit(job(0), 0)
    dispatcher.reported(name, 0, seconds=SHORT)
    return dispatcher


def flood(dispatcher: Dispatcher, *numbers: int, now: float = 0.0, **changes: Any) -> list[Command]:
    """Submit jobs while one keeps the worker busy; return what its report leads to."""
    for number in numbers:
        assert assigned(dispatcher.submit(job(number, at=now, **changes), now)) == []
    return dispatcher.reported("a", now, seconds=SHORT)


def having(*numbers: int, **config: Any) -> Dispatcher:
    """Return a dispatcher whose only worker, a, has these jobs."""
    dispatcher = make("a", **config)
    dispatcher.submit(job(0), 0)
    assert assigned(flood(dispatcher, *numbers)) == [("a", number) for number in numbers]
    return dispatcher


def lose(
    dispatcher: Dispatcher, worker: str, now: float, kind: FailureKind = FailureKind.WORKER_LOST
) -> list[Command]:
    return dispatcher.worker_lost(worker, kind, "gone", now, culpable=True)


def completed(commands: list[Command]) -> list[int]:
    return [c.job.number for c in commands if isinstance(c, Complete)]


# What is given together


def test_short_jobs_that_wait_are_given_together_up_to_a_bound() -> None:
    dispatcher = make("a")
    dispatcher.submit(job(0), 0)
    numbers = range(1, 2 * BATCH_JOBS)
    given = flood(dispatcher, *numbers)
    assert assigned(given) == [("a", number) for number in numbers[:BATCH_JOBS]]


def test_jobs_that_others_could_run_are_left_for_them() -> None:
    dispatcher = make("a", workers=4)
    dispatcher.submit(job(0), 0)
    assert assigned(flood(dispatcher, 1, 2, 3, 4)) == [("a", 1), ("a", 2)]


def test_chain_that_nobody_knows_is_run_alone() -> None:
    dispatcher = Dispatcher(Config(workers=1))
    dispatcher.worker_ready("a", 0)
    dispatcher.submit(job(0), 0)
    for number in (1, 2):
        dispatcher.submit(job(number), 0)
    assert assigned(dispatcher.reported("a", 0)) == [("a", 1)]


@pytest.mark.parametrize("config", [{"isolation": "job"}, {"recycle_jobs": 3}])
def test_who_wants_new_workers_gets_no_more_jobs_at_a_time_than_that(
    config: dict[str, Any],
) -> None:
    dispatcher = make("a", **config)
    dispatcher.submit(job(0), 0)
    assert assigned(flood(dispatcher, 1, 2, 3)) == [("a", 1)]


def test_job_that_may_take_long_ends_what_is_given_together() -> None:
    dispatcher = make("a")
    dispatcher.submit(job(0), 0)
    dispatcher.submit(job(1), 0)
    dispatcher.submit(job(2, plan=plan("unknown")), 0)
    dispatcher.submit(job(3), 0)
    assert assigned(dispatcher.reported("a", 0, seconds=SHORT)) == [("a", 1)]


def test_large_contexts_are_not_given_together() -> None:
    dispatcher = make("a")
    dispatcher.submit(job(0), 0)
    assert assigned(flood(dispatcher, 1, 2, context=b"x" * 200_000)) == [("a", 1)]


# A worker that goes on


def test_reports_complete_the_jobs_in_their_order_and_then_come_the_next() -> None:
    dispatcher = having(1, 2)
    dispatcher.submit(job(3), 0)
    first = dispatcher.reported("a", 0.001, seconds=SHORT)
    assert (completed(first), assigned(first)) == ([1], [])
    second = dispatcher.reported("a", 0.001, seconds=SHORT)
    assert (completed(second), assigned(second)) == ([2], [("a", 3)])


def test_each_job_of_several_has_its_whole_time() -> None:
    dispatcher = having(1, 2)
    dispatcher.reported("a", 2.0, seconds=SHORT)
    assert dispatcher.tick(4.0) == []
    assert dispatcher.tick(4.5) == [Kill("a", "late")]


def test_jobs_behind_one_that_takes_long_are_given_to_an_idle_worker_of_the_tenant() -> None:
    dispatcher = make("a", workers=2)
    dispatcher.worker_ready("b", 0)
    assert assigned(dispatcher.submit(job(10), 0)) == [("a", 10)]
    assert assigned(dispatcher.submit(job(11), 0)) == [("b", 11)]
    for number in (1, 2, 3):
        dispatcher.submit(job(number), 0)
    assert assigned(dispatcher.reported("a", 0, seconds=SHORT)) == [("a", 1), ("a", 2)]
    dispatcher.reported("b", 0, seconds=SHORT)
    dispatcher.reported("b", 0, seconds=SHORT)
    assert dispatcher.next_deadline() == STALL_SECONDS
    assert assigned(dispatcher.tick(STALL_SECONDS)) == [("b", 2)]
    assert completed(dispatcher.reported("b", 1)) == [2]
    assert completed(dispatcher.reported("a", 2)) == [1]
    assert dispatcher.empty
    assert completed(dispatcher.reported("a", 2)) == []


def test_worker_that_is_busy_with_what_others_have_makes_room() -> None:
    dispatcher = having(1, 2, 3)
    dispatcher.tick(STALL_SECONDS)
    dispatcher.reported("a", 1)
    assert dispatcher.next_deadline() == 1 + STALL_SECONDS
    dispatcher.reported("a", 1.01)
    assert dispatcher.tick(1 + STALL_SECONDS) == []
    gone = Retire("a", "busy with jobs that others have")
    assert dispatcher.tick(1.01 + STALL_SECONDS) == [gone]
    assert dispatcher.tick(2) == []
    assert assigned(dispatcher.worker_ready("b", 2)) == [("b", 2)]
    assert failures(lose(dispatcher, "a", 2)) == []


def test_job_that_was_given_back_cannot_ask_where_it_was() -> None:
    dispatcher = having(1, 2)
    dispatcher.tick(STALL_SECONDS)
    assert dispatcher.asked("a")
    dispatcher.reported("a", 1)
    assert not dispatcher.asked("a")


def test_job_that_was_given_back_is_not_failed_when_its_first_worker_dies_of_it() -> None:
    dispatcher = having(1, 2)
    dispatcher.tick(STALL_SECONDS)
    dispatcher.reported("a", 1)
    assert failures(lose(dispatcher, "a", 1)) == []
    assert assigned(dispatcher.worker_ready("b", 1)) == [("b", 2)]


def test_jobs_behind_one_that_went_over_a_limit_are_given_to_another_worker() -> None:
    dispatcher = having(1, 2, 3)
    commands = dispatcher.reported("a", 0.01, fault=True)
    assert completed(commands) == [1]
    assert [type(command) for command in commands[1:]] == [Retire]
    assert assigned(dispatcher.worker_ready("b", 0.1)) == [("b", 2)]


# Blame


def test_if_it_is_not_clear_who_ended_a_worker_each_is_run_alone_and_the_culprit_shows() -> None:
    dispatcher = having(1, 2, 3)
    dispatcher.submit(job(4), 0)
    assert failures(lose(dispatcher, "a", 0.01)) == []
    assert assigned(dispatcher.worker_ready("b", 0.1)) == [("b", 1)]
    assert assigned(dispatcher.reported("b", 0.1, seconds=SHORT)) == [("b", 2)]
    assert failures(lose(dispatcher, "b", 0.2)) == [(2, FailureKind.WORKER_LOST)]
    assert assigned(dispatcher.worker_ready("c", 0.3)) == [("c", 3)]


def test_job_that_has_asked_is_to_blame_and_never_run_again() -> None:
    dispatcher = having(1, 2)
    assert dispatcher.asked("a")
    assert failures(lose(dispatcher, "a", 0.01)) == [(1, FailureKind.WORKER_LOST)]
    assert assigned(dispatcher.worker_ready("b", 0.1)) == [("b", 2)]


def test_last_of_several_is_to_blame() -> None:
    dispatcher = having(1, 2)
    dispatcher.reported("a", 0.001, seconds=SHORT)
    assert failures(lose(dispatcher, "a", 0.01)) == [(2, FailureKind.WORKER_LOST)]


@pytest.mark.parametrize("kind", [FailureKind.TIMEOUT, FailureKind.CPU_LIMIT])
def test_limit_that_takes_a_while_to_pass_is_the_first_ones(kind: FailureKind) -> None:
    dispatcher = having(1, 2)
    dispatcher.tick(STALL_SECONDS)
    assert failures(lose(dispatcher, "a", 2, kind)) == [(1, kind)]


def test_one_that_took_long_and_may_just_be_done_is_not_blamed_for_the_one_behind_it() -> None:
    dispatcher = having(1, 2)
    dispatcher.tick(STALL_SECONDS)
    assert failures(lose(dispatcher, "a", 2)) == []
    assert assigned(dispatcher.worker_ready("b", 3)) == [("b", 1)]


def test_one_that_could_not_be_tried_again_in_time_is_blamed_at_once() -> None:
    dispatcher = having(1, 2, queue_seconds=10.0)
    dispatcher.tick(STALL_SECONDS)
    lost = lose(dispatcher, "a", 10.5)
    assert failures(lost) == [(1, FailureKind.WORKER_LOST)]


def test_worker_that_breaks_the_protocol_leaves_its_jobs_to_be_run_again_alone() -> None:
    dispatcher = having(1, 2)
    assert dispatcher.violated("a", "lied", 0.01) == [Kill("a", "lied")]
    assert failures(lose(dispatcher, "a", 0.02)) == []
    assert assigned(dispatcher.worker_ready("b", 0.1)) == [("b", 1)]


# Everything at once


@dataclass
class Worker:
    """A worker as it really is: what it runs, and what it has not said yet."""

    inside: deque[Job] = field(default_factory=deque)  # not begun, or running
    unsaid: int = 0  # reports that wait
    condemned: bool = False


def plan(name: str) -> Plan:
    return make_plan([Action(name=name, script="", timeout=20.0)])


class EverythingIsShort(Pace):
    """A pace that gives as many jobs together as there may be."""

    def expected(self, _job: Job) -> float:
        return SHORT

    def note(self, _job: Job, _seconds: float) -> None:
        """Learn nothing."""


class Batches(RuleBasedStateMachine):
    """Workers that finish, ask, say so late, stall, go over limits and die of certain jobs."""

    def __init__(self) -> None:
        super().__init__()
        self.dispatcher = Dispatcher(Config(workers=2, spares=1, queue_seconds=3600.0))
        self.dispatcher._pace = EverythingIsShort()
        self.now = 0.0
        self.workers: dict[str, Worker] = {}
        self.serial = 0
        self.accepted: dict[int, Job] = {}
        self.poison: set[int] = set()
        self.holder: dict[int, str] = {}  # who was given a job last
        self.effects: Counter[int] = Counter()
        self.answered: Counter[int] = Counter()

    @initialize()
    def start(self) -> None:
        for _ in range(3):
            self.hire()

    @rule(tenant=st.sampled_from("ab"), poison=st.integers(0, 9), count=st.integers(1, 12))
    def submit(self, tenant: str, poison: int, count: int) -> None:
        for place in range(count):
            number = len(self.accepted) + 1
            deadly = poison == place
            # A chain of its own, so that nobody else is refused for its deeds.
            which = plan(f"p{number}" if deadly else "f")
            accepted = self.accepted[number] = job(number, tenant, self.now, plan=which)
            if deadly:
                self.poison.add(number)
            self.carry_out(self.dispatcher.submit(accepted, self.now))

    @rule(seconds=st.sampled_from([0.001, 0.01, 0.05]))
    def wait(self, seconds: float) -> None:
        for name in list(self.workers):
            self.flush(name)
        self.now += seconds
        self.carry_out(self.dispatcher.tick(self.now))

    @rule(data=st.data(), asks=st.booleans(), late=st.booleans(), fault=st.integers(0, 9))
    def run(self, data: st.DataObject, asks: bool, late: bool, fault: int) -> None:
        busy = [name for name, worker in self.workers.items() if worker.inside]
        if busy:
            name = data.draw(st.sampled_from(busy))
            self.work(name, asks=asks, late=late, fault=fault == 0)

    @rule(data=st.data())
    def say(self, data: st.DataObject) -> None:
        self.flush(data.draw(st.sampled_from(sorted(self.workers))))

    @invariant()
    def nobody_is_answered_twice_and_nobody_acts_twice(self) -> None:
        assert all(count == 1 for count in self.answered.values())
        assert all(count == 1 for count in self.effects.values())

    @invariant()
    def idle_workers_have_nothing_to_wait_for(self) -> None:
        fleet, queues = self.dispatcher._fleet, self.dispatcher._queues
        assert not any((fleet.tenant_of(worker) or "") in queues for worker in fleet.idle)

    def teardown(self) -> None:
        for _ in range(10_000):
            if self.dispatcher.empty:
                break
            for name in list(self.workers):
                if name in self.workers and self.workers[name].inside:
                    self.work(name, asks=False, late=False, fault=False)
            self.wait(0.05)
        assert self.answered == dict.fromkeys(self.accepted, 1)

    def hire(self) -> None:
        self.serial += 1
        name = f"w{self.serial}"
        self.workers[name] = Worker()
        self.carry_out(self.dispatcher.worker_ready(name, self.now))

    def work(self, name: str, *, asks: bool, late: bool, fault: bool) -> None:
        """Let a worker run its next job."""
        worker = self.workers[name]
        running = worker.inside[0]
        if asks:
            self.flush(name)
            if name not in self.workers:
                return  # its turn was over
            if self.dispatcher.asked(name):
                assert self.holder[running.number] == name
                self.effects[running.number] += 1
        if running.number in self.poison:
            self.die(name)
            return
        worker.inside.popleft()
        worker.unsaid += 1
        if fault:
            self.flush(name, fault=True)
        elif asks or not late or not worker.inside:
            self.flush(name)

    def flush(self, name: str, *, fault: bool = False) -> None:
        """Let a worker say what it has not said yet; the last of it may be of a fault."""
        while name in self.workers and self.workers[name].unsaid:
            worker = self.workers[name]
            worker.unsaid -= 1
            last = fault and worker.unsaid == 0
            said = self.dispatcher.reported(name, self.now, seconds=SHORT, fault=last)
            self.carry_out(said, by=name)

    def die(self, name: str) -> None:
        self.workers.pop(name)
        kind = FailureKind.WORKER_LOST
        lost = self.dispatcher.worker_lost(name, kind, "gone", self.now, culpable=True)
        self.carry_out(lost)
        self.hire()

    def carry_out(self, commands: list[Command], by: str = "") -> None:
        for command in commands:
            match command:
                case Assign(worker, jobs):
                    assert not self.workers[worker].inside
                    assert len({each.tenant for each in jobs}) == 1
                    for each in jobs:
                        assert self.effects[each.number] == 0, "it has acted elsewhere"
                        assert self.answered[each.number] == 0
                        self.holder[each.number] = worker
                    self.workers[worker].inside.extend(jobs)
                case Complete(done):
                    assert self.holder[done.number] == by, "the answer of one that had lost it"
                    self.answered[done.number] += 1
                case Fail(failed):
                    assert failed.number in self.poison, "blamed for another's deed"
                    self.answered[failed.number] += 1
                case Retire(worker):
                    self.workers.pop(worker)
                    self.hire()
                case Kill(worker):
                    raise AssertionError(f"{worker} was killed")


TestBatches = Batches.TestCase
TestBatches.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
