"""Who has how many places: shares, caps, and what a flood leaves to others."""

from __future__ import annotations

from typing import Any

from jobs import assigned, job

from actionsd_broker.config import Config
from actionsd_broker.decisions import Command, Retire
from actionsd_broker.dispatcher import Dispatcher
from actionsd_broker.places import START_SECONDS
from actionsd_broker.share import Share
from actionsd_broker.turns import QUANTUM_SECONDS
from actionsd_protocol.errors import FailureKind


class Stage:
    """A dispatcher with workers that are replaced as soon as they are retired."""

    def __init__(self, shares: dict[str, Share] | None = None, **config: Any) -> None:
        made = Config().changed(**config)
        self.dispatcher = Dispatcher(made)
        self.dispatcher.allot(shares or {}, 0.0)
        self.workers: dict[str, str] = {}  # those with a job, and whose it is
        self.serial = 0
        self.now = 0.0
        for _ in range(made.workers + made.spares):
            self.start()

    def start(self) -> None:
        self.serial += 1
        self.carry_out(self.dispatcher.worker_ready(f"w{self.serial}", self.now))

    def submit(self, tenant: str, jobs: int) -> None:
        for _ in range(jobs):
            self.serial += 1
            self.carry_out(self.dispatcher.submit(job(self.serial, tenant, self.now), self.now))

    def report(self, worker: str, cpu_seconds: float = 0.1) -> None:
        del self.workers[worker]
        self.carry_out(self.dispatcher.reported(worker, self.now, cpu_seconds))

    def report_all(self, seconds: float = 0.1) -> None:
        self.now += seconds
        for worker in list(self.workers):
            self.report(worker, seconds)

    def carry_out(self, commands: list[Command]) -> None:
        for worker, number in assigned(commands):
            running = self.dispatcher.running_on(worker)
            assert running is not None
            assert running.number == number
            self.workers[worker] = running.tenant
        for _ in [c for c in commands if isinstance(c, Retire)]:
            self.start()

    def count(self, tenant: str) -> int:
        return list(self.workers.values()).count(tenant)


def test_cap_of_the_manifest_holds_and_leaves_the_rest_to_others() -> None:
    stage = Stage({"t": Share(at_once=2)}, workers=4)
    stage.submit("t", 10)
    assert stage.count("t") == 2
    stage.submit("u", 10)
    assert (stage.count("t"), stage.count("u")) == (2, 2)


def test_cap_of_the_configuration_is_for_those_of_whom_nothing_else_is_said() -> None:
    stage = Stage({"t": Share(at_once=0), "u": Share()}, workers=4, tenant_at_once=1)
    for tenant in ("u", "nobody", "t"):
        stage.submit(tenant, 10)
    assert [stage.count(tenant) for tenant in ("u", "nobody", "t")] == [1, 1, 2]


def test_cap_holds_for_workers_that_change_tenants() -> None:
    stage = Stage({"t": Share(at_once=1)}, workers=4, isolation="isolate")
    stage.submit("t", 10)
    assert stage.count("t") == 1
    stage.report_all()
    assert stage.count("t") == 1


def test_cap_that_is_raised_lets_more_of_the_waiting_jobs_begin_at_once() -> None:
    stage = Stage({"t": Share(at_once=1)}, workers=4)
    stage.submit("t", 10)
    stage.carry_out(stage.dispatcher.allot({"t": Share(at_once=3)}, 0.0))
    assert stage.count("t") == 3


def test_cap_that_is_lowered_costs_the_next_workers_that_report() -> None:
    stage = Stage(workers=4)
    stage.submit("t", 10)
    assert stage.count("t") == 4
    stage.carry_out(stage.dispatcher.allot({"t": Share(at_once=1)}, 0.0))
    stage.report_all()
    assert stage.count("t") == 1


def test_cap_that_is_lowered_retires_workers_that_rest() -> None:
    stage = Stage(workers=4)
    stage.submit("t", 4)
    stage.report_all()
    commands = stage.dispatcher.allot({"t": Share(at_once=1)}, stage.now)
    assert len([c for c in commands if isinstance(c, Retire)]) == 3
    stage.carry_out(commands)
    stage.submit("t", 4)
    assert stage.count("t") == 1


def test_places_are_divided_by_weight() -> None:
    stage = Stage({"heavy": Share(weight=3.0)}, workers=4)
    stage.submit("light", 100)
    stage.submit("heavy", 100)
    for _ in range(10):
        stage.report_all()
    assert (stage.count("light"), stage.count("heavy")) == (1, 3)


def test_place_that_cannot_be_divided_goes_to_and_fro_by_weight() -> None:
    stage = Stage({"heavy": Share(weight=2.0)}, workers=2)
    stage.submit("light", 900)
    stage.submit("heavy", 900)
    held = {"light": 0, "heavy": 0}
    for _ in range(300):
        stage.report_all()
        for tenant in held:
            held[tenant] += stage.count(tenant)
    assert 1.7 <= held["heavy"] / held["light"] <= 2.3


def test_job_whose_worker_died_is_charged_with_its_time() -> None:
    stage = Stage(workers=1, spares=0)
    stage.submit("t", 3)
    (worker,) = stage.workers
    stage.submit("u", 1)
    del stage.workers[worker]
    lost = (worker, FailureKind.WORKER_LOST, "gone")
    stage.carry_out(stage.dispatcher.worker_lost(*lost, 0.5, culpable=False))
    assert stage.dispatcher._places._turns.round_of("t") >= 0.5 / QUANTUM_SECONDS
    stage.start()
    assert list(stage.workers.values()) == ["u"]


def test_dead_workers_job_is_charged_with_no_more_than_it_might_use() -> None:
    stage = Stage(workers=1, spares=0)
    stage.submit("t", 2)
    (worker,) = stage.workers
    lost = (worker, FailureKind.WORKER_LOST, "gone")
    stage.dispatcher.worker_lost(*lost, 1e6, culpable=False)
    limit = job(1).cpu_seconds + START_SECONDS
    assert stage.dispatcher._places._turns.round_of("t") <= limit / QUANTUM_SECONDS + 3
