"""The dispatcher, driven by a simulated clock: no process, no socket, no waiting."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jobs import BUDGET_SECONDS, assigned, failures, job

from actionsd_broker.config import Config
from actionsd_broker.decisions import Assign, Command, Complete, Kill, Retire
from actionsd_broker.dispatcher import Dispatcher
from actionsd_broker.places import KEEP_SECONDS, LEND_SECONDS, SLICE_SECONDS
from actionsd_broker.quarantine import FIRST_SECONDS
from actionsd_protocol.errors import FailureKind


def make(*names: str, workers: int = 2, **config: Any) -> Dispatcher:
    """Return a dispatcher that some workers are ready for."""
    dispatcher = Dispatcher(Config(workers=workers, **config))
    for name in names:
        assert dispatcher.worker_ready(name, 0) == []
    return dispatcher


def submit(dispatcher: Dispatcher, *jobs: tuple[int, str], now: float = 0.0) -> list[Command]:
    commands = []
    for number, tenant in jobs:
        commands += dispatcher.submit(job(number, tenant, now), now)
    return commands


def lose(
    dispatcher: Dispatcher, worker: str, now: float = 1.0, *, culpable: bool = True
) -> list[Command]:
    kind = FailureKind.MEMORY_LIMIT if culpable else FailureKind.WORKER_LOST
    return dispatcher.worker_lost(worker, kind, "gone", now, culpable=culpable)


def completed(commands: list[Command]) -> list[int]:
    return [c.job.number for c in commands if isinstance(c, Complete)]


def retired(commands: list[Command]) -> list[str]:
    return [c.worker for c in commands if isinstance(c, Retire)]


# Jobs and workers


def test_job_goes_to_an_idle_worker_at_once() -> None:
    dispatcher = make("a")
    assert assigned(submit(dispatcher, (1, "t"))) == [("a", 1)]


def test_job_without_an_idle_worker_waits_for_one() -> None:
    dispatcher = make()
    assert submit(dispatcher, (1, "t")) == []
    assert dispatcher.waiting == 1
    assert assigned(dispatcher.worker_ready("a", 1)) == [("a", 1)]


def test_jobs_of_one_tenant_run_in_their_order() -> None:
    dispatcher = make("a", workers=1)
    order = assigned(submit(dispatcher, (1, "t"), (2, "t"), (3, "t")))
    order += assigned(dispatcher.reported("a", 1))
    order += assigned(dispatcher.reported("a", 2))
    assert order == [("a", 1), ("a", 2), ("a", 3)]


def test_jobs_of_one_tenant_run_on_all_the_workers_there_may_be() -> None:
    dispatcher = make("a", "b", "spare", workers=2)
    assert assigned(submit(dispatcher, (1, "t"), (2, "t"), (3, "t"))) == [("a", 1), ("b", 2)]
    assert dispatcher.idle == ["spare"]


def test_report_completes_the_job_that_the_worker_had() -> None:
    dispatcher = make("a")
    submit(dispatcher, (1, "t"), now=3)
    completed = [c for c in dispatcher.reported("a", 4) if isinstance(c, Complete)]
    assert [(c.job.number, c.started_at) for c in completed] == [(1, 3)]
    assert dispatcher.empty


def test_full_queue_refuses_the_tenant_that_filled_it() -> None:
    dispatcher = make(queue_limit=2)
    assert submit(dispatcher, (1, "t"), (2, "t")) == []
    assert failures(submit(dispatcher, (3, "t"))) == [(3, FailureKind.OVERLOADED)]


def test_job_that_waits_too_long_fails_as_queue_timeout() -> None:
    dispatcher = make(queue_seconds=10.0)
    submit(dispatcher, (1, "t"), now=0)
    submit(dispatcher, (2, "t"), now=4)
    assert dispatcher.next_deadline() == 10
    assert dispatcher.tick(9.9) == []
    assert failures(dispatcher.tick(10)) == [(1, FailureKind.QUEUE_TIMEOUT)]
    assert dispatcher.next_deadline() == 14
    assert assigned(dispatcher.worker_ready("a", 11)) == [("a", 2)]


def test_late_worker_is_killed_once_and_its_job_fails_with_timeout() -> None:
    dispatcher = make("a")
    submit(dispatcher, (1, "t"))
    assert dispatcher.next_deadline() == BUDGET_SECONDS
    assert dispatcher.tick(BUDGET_SECONDS - 0.01) == []
    assert dispatcher.tick(BUDGET_SECONDS) == [Kill("a", "late")]
    assert dispatcher.tick(BUDGET_SECONDS + 1) == []
    lost = lose(dispatcher, "a", culpable=False)
    assert failures(lost) == [(1, FailureKind.TIMEOUT)]


def test_place_of_a_killed_worker_is_taken_before_it_is_dead() -> None:
    dispatcher = make("a", "spare", workers=1)
    submit(dispatcher, (1, "t"), (2, "t"))
    commands = dispatcher.tick(BUDGET_SECONDS)
    assert commands[0] == Kill("a", "late")
    assert assigned(commands) == [("spare", 2)]
    assert failures(lose(dispatcher, "a")) == [(1, FailureKind.TIMEOUT)]


def test_report_of_a_condemned_worker_does_not_count() -> None:
    dispatcher = make("a")
    submit(dispatcher, (1, "t"))
    assert dispatcher.violated("a", "lied", 1) == [Kill("a", "lied")]
    assert dispatcher.reported("a", 1) == []
    assert failures(lose(dispatcher, "a")) == [(1, FailureKind.WORKER_LOST)]


def test_condemned_idle_worker_is_given_nothing_more() -> None:
    dispatcher = make("a")
    dispatcher.violated("a", "spoke out of turn", 0)
    assert submit(dispatcher, (1, "t")) == []


def test_lost_worker_fails_its_own_job_and_no_other() -> None:
    dispatcher = make("a", "b")
    submit(dispatcher, (1, "t"), (2, "t"))
    assert failures(lose(dispatcher, "a")) == [(1, FailureKind.MEMORY_LIMIT)]
    assert dispatcher.running_on("b") is not None


def test_job_of_a_lost_worker_is_not_given_to_another() -> None:
    dispatcher = make("a")
    submit(dispatcher, (1, "t"))
    lose(dispatcher, "a")
    assert dispatcher.worker_ready("b", 2) == []
    assert dispatcher.empty


def test_waiting_job_does_not_notice_that_a_worker_is_lost() -> None:
    dispatcher = make("a", workers=1)
    submit(dispatcher, (1, "t"), (2, "t"))
    lose(dispatcher, "a")
    assert assigned(dispatcher.worker_ready("b", 2)) == [("b", 2)]


def test_lost_idle_worker_is_given_nothing_more() -> None:
    dispatcher = make("a")
    assert lose(dispatcher, "a") == []
    assert submit(dispatcher, (1, "t")) == []


def test_draining_refuses_new_jobs_and_finishes_accepted_ones() -> None:
    dispatcher = make()
    submit(dispatcher, (1, "t"))
    dispatcher.drain()
    assert failures(submit(dispatcher, (2, "t"))) == [(2, FailureKind.OVERLOADED)]
    assert assigned(dispatcher.worker_ready("a", 0)) == [("a", 1)]
    dispatcher.reported("a", 1)
    assert dispatcher.empty


# Tenants


def test_tenant_without_a_worker_gets_one_that_had_no_job() -> None:
    dispatcher = make("a", "b")
    submit(dispatcher, (1, "t"))
    dispatcher.reported("a", 1)
    assert assigned(submit(dispatcher, (2, "other"))) == [("b", 2)]
    assert assigned(submit(dispatcher, (3, "t"))) == [("a", 3)]


def test_worker_of_a_tenant_that_is_idle_makes_room_for_another() -> None:
    dispatcher = make("a", "b", workers=1, spares=1)
    submit(dispatcher, (1, "t"), (2, "u"))
    dispatcher.reported("a", 0.01)
    commands = submit(dispatcher, (3, "other"), now=0.02)
    assert retired(commands) == ["a"]
    assert assigned(dispatcher.worker_ready("c", 0.03)) == [("c", 3)]


def test_newcomer_gets_a_spare_at_once_and_who_rests_gives_it_back() -> None:
    dispatcher = make("a", "spare", workers=1)
    submit(dispatcher, (1, "t"), now=0)
    dispatcher.reported("a", 1)
    commands = submit(dispatcher, (2, "other"), now=1)
    assert (assigned(commands), retired(commands)) == ([("spare", 2)], [])
    assert dispatcher.next_deadline() == 1 + LEND_SECONDS
    assert retired(dispatcher.tick(1 + LEND_SECONDS)) == ["a"]


def test_newcomer_beside_a_flood_costs_it_the_next_worker_that_reports() -> None:
    dispatcher = make("a", "b", "spare", workers=2)
    submit(dispatcher, *[(number, "loud") for number in range(1, 9)])
    assert assigned(submit(dispatcher, (10, "quiet"))) == [("spare", 10)]
    assert retired(dispatcher.reported("b", 0.01)) == ["b"]
    assert retired(dispatcher.reported("spare", 0.02)) == []
    dispatcher.worker_ready("c", 0.03)
    # Its own worker is kept for it, though the flood waits and another could be had.
    assert retired(dispatcher.reported("a", 0.5)) == []
    assert assigned(submit(dispatcher, (11, "quiet"), now=0.6)) == [("spare", 11)]
    dispatcher.reported("spare", 0.7)
    commands = dispatcher.tick(0.7 + KEEP_SECONDS)
    assert retired(commands) == ["spare"]
    assert assigned(commands) == [("c", 4)]


def test_tenant_that_has_used_its_share_gets_no_spare() -> None:
    dispatcher = make("a", "spare", workers=1)
    submit(dispatcher, (1, "t"), (2, "t"), (3, "u"))
    assert retired(dispatcher.reported("a", SLICE_SECONDS, SLICE_SECONDS)) == ["a"]
    assert assigned(dispatcher.worker_ready("b", 0.2)) == []
    assert assigned(dispatcher.reported("spare", 0.3, 0.2)) == [("b", 2)]


def test_the_one_idle_for_longest_makes_room() -> None:
    dispatcher = make("a", "b", "spare", workers=2)
    submit(dispatcher, (1, "t"), (2, "u"))
    dispatcher.reported("b", 1)
    dispatcher.reported("a", 2)
    assert retired(submit(dispatcher, (3, "v"), now=3)) == ["b"]


def test_without_a_spare_the_replacement_is_waited_for_and_no_more_are_retired() -> None:
    dispatcher = make("a", "b", workers=2, spares=0)
    submit(dispatcher, (1, "t"), (2, "u"))
    dispatcher.reported("a", 1)
    dispatcher.reported("b", 1)
    assert retired(submit(dispatcher, (3, "v"), now=2)) == ["a"]
    assert retired(submit(dispatcher, (4, "v"), now=2)) == []
    assert retired(dispatcher.tick(3)) == []
    assert assigned(dispatcher.worker_ready("c", 4)) == [("c", 3)]


def test_each_tenant_that_waits_has_room_made_for_it() -> None:
    dispatcher = make("a", "b", workers=2, spares=0)
    submit(dispatcher, (1, "t"), (2, "u"))
    dispatcher.reported("a", 1)
    dispatcher.reported("b", 1)
    assert retired(submit(dispatcher, (3, "v"), (4, "w"), now=2)) == ["a", "b"]


def test_nothing_is_retired_while_nobody_else_waits() -> None:
    dispatcher = make("a", "spare", workers=1, recycle_seconds=0.0)
    submit(dispatcher, *[(number, "t") for number in range(20)])
    for now in range(1, 21):
        assert retired(dispatcher.reported("a", now) + dispatcher.tick(now)) == []
    assert dispatcher.empty


def test_worker_goes_on_with_its_tenants_jobs_until_its_slice_is_over() -> None:
    dispatcher = make("a", workers=1, spares=0)
    submit(dispatcher, (1, "t"), (2, "t"), (3, "t"), (4, "other"))
    assert assigned(dispatcher.reported("a", SLICE_SECONDS / 2)) == [("a", 2)]
    assert retired(dispatcher.reported("a", SLICE_SECONDS)) == ["a"]
    assert assigned(dispatcher.worker_ready("b", 1)) == [("b", 4)]


def test_tenant_whose_slice_was_over_comes_back_when_it_is_its_turn() -> None:
    dispatcher = make("a", workers=1, spares=0)
    submit(dispatcher, (1, "t"), (2, "t"), (3, "u"), (4, "v"))
    served = []
    for serial, (worker, now) in enumerate([("a", 1), ("w0", 2), ("w1", 3)]):
        dispatcher.reported(worker, now)
        dispatcher.tick(now + SLICE_SECONDS)
        served += assigned(dispatcher.worker_ready(f"w{serial}", now + 0.2))
    assert served == [("w0", 3), ("w1", 4), ("w2", 2)]


def test_tenant_with_all_the_workers_gives_up_half_to_another() -> None:
    dispatcher = make("a", "b", "c", "d", "spare", workers=4)
    submit(dispatcher, *[(number, "t") for number in range(9)])
    submit(dispatcher, *[(number, "u") for number in range(10, 19)])
    gone = []
    for number, worker in enumerate("abcd"):
        left = retired(dispatcher.reported(worker, 1))
        for _ in left:
            dispatcher.worker_ready(f"new{number}", 1)
        gone += left
    assert gone == ["a", "b"]


def test_worker_is_not_turned_out_at_once_for_a_tenant_that_has_one_already() -> None:
    dispatcher = make("a", "b", "spare", workers=2)
    submit(dispatcher, (1, "t"), (2, "u"))
    dispatcher.reported("b", 0.01)
    assert submit(dispatcher, (3, "t"), now=0.02) == []
    assert retired(submit(dispatcher, (4, "t"), now=SLICE_SECONDS)) == []
    commands = dispatcher.tick(0.01 + SLICE_SECONDS)
    assert retired(commands) == ["b"]
    assert assigned(commands) == [("spare", 3)]


def test_worker_that_may_change_tenants_gives_turns_after_every_job() -> None:
    dispatcher = make("a", workers=1, spares=0, isolation="isolate")
    commands = submit(dispatcher, (1, "loud"), (2, "loud"), (3, "loud"), (4, "loud"), (5, "quiet"))
    for now in (1, 2, 3, 4):
        commands += dispatcher.reported("a", now)
    # The loud one owes for its first job by the time that it is over.
    assert assigned(commands) == [("a", 1), ("a", 5), ("a", 2), ("a", 3), ("a", 4)]
    realms = [c.new_realm for c in commands if isinstance(c, Assign)]
    assert realms == [False, True, True, False, False]


def test_every_job_may_have_a_realm_of_its_own() -> None:
    dispatcher = make("a", "spare", workers=1, isolation="job")
    commands = submit(dispatcher, (1, "t"), (2, "t"), (3, "u"))
    commands += dispatcher.reported("a", 0.01)
    assert assigned(commands) == [("a", 1), ("spare", 3), ("a", 2)]
    assert all(c.new_realm for c in commands if isinstance(c, Assign))


# Wear


def test_worker_is_replaced_after_so_many_jobs() -> None:
    dispatcher = make("a", "spare", workers=1, recycle_jobs=2)
    submit(dispatcher, (1, "t"), (2, "t"), (3, "t"))
    assert assigned(dispatcher.reported("a", 0)) == [("a", 2)]
    commands = dispatcher.reported("a", 0)
    assert Retire("a", "2 jobs") in commands
    assert assigned(commands) == [("spare", 3)]


def test_old_worker_is_replaced_when_it_is_idle() -> None:
    dispatcher = make("a", "spare", workers=1, recycle_seconds=2.0)
    submit(dispatcher, (1, "t"), now=5)
    assert dispatcher.tick(7) == []
    assert retired(dispatcher.reported("a", 7.1)) == ["a"]
    submit(dispatcher, (2, "t"), now=10)
    dispatcher.reported("spare", 11)
    assert dispatcher.next_deadline() == 12
    assert dispatcher.tick(11.9) == []
    assert dispatcher.tick(12) == [Retire("spare", "in use for 2 s")]
    assert dispatcher.next_deadline() is None


@pytest.mark.parametrize("isolation", ["process", "isolate", "job"])
def test_worker_is_replaced_after_a_fault(isolation: str) -> None:
    dispatcher = make("a", "spare", workers=1, isolation=isolation)
    submit(dispatcher, (1, "t"), (2, "t"))
    commands = dispatcher.reported("a", 1, fault=True)
    assert [c.job.number for c in commands if isinstance(c, Complete)] == [1]
    assert retired(commands) == ["a"]
    assert assigned(commands) == [("spare", 2)]


# Quarantine


def poison(dispatcher: Dispatcher, now: float = 0.0) -> None:
    for number in (101, 102, 103):
        dispatcher.worker_ready(f"victim{number}", now)
        submit(dispatcher, (number, "t"), now=now)
        lose(dispatcher, f"victim{number}", now)


def test_job_whose_like_has_ended_three_workers_fails_at_once() -> None:
    dispatcher = make()
    poison(dispatcher)
    assert failures(submit(dispatcher, (1, "t"))) == [(1, FailureKind.POISONED)]
    assert failures(submit(dispatcher, (2, "other"))) == []


def test_workers_killed_from_outside_poison_nothing() -> None:
    dispatcher = make()
    for number in range(10):
        dispatcher.worker_ready(f"w{number}", 0)
        submit(dispatcher, (number, "t"))
        lose(dispatcher, f"w{number}", culpable=False)
    assert failures(submit(dispatcher, (99, "t"))) == []


def test_workers_that_we_had_to_kill_poison_whatever_their_end_looks_like() -> None:
    dispatcher = make()
    for number in range(3):
        dispatcher.worker_ready(f"w{number}", 0)
        submit(dispatcher, (number, "t"))
        dispatcher.violated(f"w{number}", "lied", 0)
        lose(dispatcher, f"w{number}", culpable=False)
    assert failures(submit(dispatcher, (99, "t"))) == [(99, FailureKind.POISONED)]


def test_waiting_jobs_fail_as_poisoned_when_it_is_their_turn() -> None:
    dispatcher = make()
    submit(dispatcher, *[(number, "t") for number in range(1, 7)])
    answered = []
    for number in range(1, 4):
        dispatcher.worker_ready(f"w{number}", 0)
        answered += failures(lose(dispatcher, f"w{number}"))
    submit(dispatcher, (7, "other"), now=1)
    assert assigned(dispatcher.worker_ready("w", 1)) == [("w", 7)]
    refused = failures(dispatcher.worker_ready("v", 1))
    assert refused == [(number, FailureKind.POISONED) for number in (4, 5, 6)]


def test_after_the_quarantine_one_job_is_tried_and_its_success_ends_it() -> None:
    dispatcher = make()
    poison(dispatcher)
    dispatcher.worker_ready("a", FIRST_SECONDS)
    assert assigned(submit(dispatcher, (1, "t"), now=FIRST_SECONDS)) == [("a", 1)]
    refused = submit(dispatcher, (2, "t"), now=FIRST_SECONDS)
    assert failures(refused) == [(2, FailureKind.POISONED)]
    dispatcher.reported("a", FIRST_SECONDS)
    assert assigned(submit(dispatcher, (3, "t"), now=FIRST_SECONDS)) == [("a", 3)]


def test_trial_that_is_lost_by_chance_is_followed_by_another() -> None:
    dispatcher = make()
    poison(dispatcher)
    dispatcher.worker_ready("a", FIRST_SECONDS)
    submit(dispatcher, (1, "t"), now=FIRST_SECONDS)
    lose(dispatcher, "a", FIRST_SECONDS, culpable=False)
    dispatcher.worker_ready("b", FIRST_SECONDS)
    assert assigned(submit(dispatcher, (2, "t"), now=FIRST_SECONDS)) == [("b", 2)]


# Another number of workers


def test_more_workers_take_what_waits_as_they_come() -> None:
    dispatcher = make("a", workers=1, spares=0)
    submit(dispatcher, (1, "t"), (2, "t"), (3, "u"))
    assert dispatcher.scale(3, 1) == []
    served = assigned(dispatcher.worker_ready("b", 1)) + assigned(dispatcher.worker_ready("c", 1))
    assert sorted(served) == [("b", 3), ("c", 2)]
    assert dispatcher.workers == 3


def test_spare_is_bound_at_once_where_there_are_more_places() -> None:
    dispatcher = make("a", "spare", workers=1)
    submit(dispatcher, (1, "t"), (2, "t"))
    assert assigned(dispatcher.scale(2, 1)) == [("spare", 2)]


def test_of_fewer_workers_those_without_a_job_go_first() -> None:
    dispatcher = make("a", "b", "c", workers=3, spares=0)
    submit(dispatcher, (1, "t"), (2, "t"))
    assert retired(dispatcher.scale(2, 1)) == ["c"]
    assert retired(dispatcher.scale(1, 1)) == []
    commands = dispatcher.reported("a", 2)
    assert completed(commands) == [1]
    assert retired(commands) == ["a"]
    assert completed(dispatcher.reported("b", 2)) == [2]
    assert dispatcher.idle == ["b"]


def test_worker_that_is_one_too_many_ends_although_jobs_wait() -> None:
    dispatcher = make("a", "b", workers=2, spares=0)
    submit(dispatcher, (1, "t"), (2, "t"), (3, "t"), (4, "t"))
    dispatcher.scale(1, 1)
    commands = dispatcher.reported("a", 2)
    assert retired(commands) == ["a"]
    assert assigned(commands) == []
    assert assigned(dispatcher.reported("b", 2)) == [("b", 3)]


def test_spare_stays_where_bound_workers_rest() -> None:
    dispatcher = make("a", "b", "spare", workers=2)
    submit(dispatcher, (1, "t"), (2, "u"))
    dispatcher.reported("a", 1)
    dispatcher.reported("b", 1)
    assert retired(dispatcher.scale(1, 1)) == ["a"]
    assert dispatcher.idle == ["spare", "b"]


def test_worker_that_comes_when_it_is_not_wanted_any_more_goes_again() -> None:
    dispatcher = make("a", workers=2, spares=0)
    dispatcher.scale(1, 1)
    dispatcher.worker_ready("b", 2)
    assert retired(dispatcher.tick(2)) == ["a"]
    assert dispatcher.idle == ["b"]


def test_record_says_whose_a_worker_is_and_how_many_jobs_it_was_given() -> None:
    dispatcher = make("a", "b")
    submit(dispatcher, (1, "t"))
    assert dispatcher.record_of("a") == ("t", 1)
    assert dispatcher.record_of("b") == (None, 0)
    assert dispatcher.record_of("never") is None


@pytest.mark.parametrize("isolation", ["process", "isolate", "job"])
@given(steps=st.lists(st.tuples(st.integers(0, 4), st.integers(1, 5)), max_size=80))
def test_any_scaling_under_load_loses_no_job_and_ends_with_the_number(
    steps: list[tuple[int, int]], isolation: Any
) -> None:
    dispatcher = Dispatcher(Config(workers=2, spares=1, recycle_seconds=0, isolation=isolation))
    plant = Plant(dispatcher)
    for now, (what, number) in enumerate(steps):
        plant.step(what, number, now / 100)
    plant.finish(len(steps) / 100)


class Plant:
    """A supervisor and workers that do as they are told."""

    def __init__(self, dispatcher: Dispatcher) -> None:
        self.dispatcher = dispatcher
        self.busy: dict[str, list[int]] = {}
        self.ready: set[str] = set()
        self.serial = self.submitted = 0
        self.answered: list[int] = []
        self.wanted = 2

    def step(self, what: int, number: int, now: float) -> None:
        if what == 0:
            self.wanted = number
            self.take(self.dispatcher.scale(number, now))
        elif what == 1:
            self.start(now)
        elif what == 2 and self.busy:
            worker = sorted(self.busy)[number % len(self.busy)]
            self.report(worker, now)
        else:
            self.submitted += 1
            self.take(self.dispatcher.submit(job(self.submitted, f"t{number}", now), now))
        self.take(self.dispatcher.tick(now))

    def start(self, now: float) -> None:
        if len(self.ready) < self.wanted + 1:
            self.serial += 1
            self.ready.add(f"w{self.serial}")
            self.take(self.dispatcher.worker_ready(f"w{self.serial}", now))

    def report(self, worker: str, now: float) -> None:
        jobs = self.busy[worker]
        jobs.pop(0)
        if not jobs:
            del self.busy[worker]
        self.take(self.dispatcher.reported(worker, now, seconds=0.001))

    def take(self, commands: list[Command]) -> None:
        for command in commands:
            if isinstance(command, Assign):
                assert command.worker in self.ready
                self.busy[command.worker] = [job.number for job in command.jobs]
            elif isinstance(command, Retire):
                # With a job only if that was given to another: none may be lost by it.
                had = self.busy.pop(command.worker, [])
                assert not had or command.reason == "busy with jobs that others have"
                self.ready.remove(command.worker)
        self.answered += completed(commands)

    def finish(self, now: float) -> None:
        while not self.dispatcher.empty:
            now += 0.01
            for _ in range(self.wanted + 1):
                self.start(now)
            for worker in list(self.busy):
                self.report(worker, now)
            self.take(self.dispatcher.tick(now))
        assert sorted(self.answered) == list(range(1, self.submitted + 1))
        assert len(self.ready) <= self.wanted + 1
