"""The dispatcher for hours of simulated time: floods, deaths, replacements, tenants' turns."""

from __future__ import annotations

import heapq
import math
import random
from collections import Counter, deque
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from jobs import PLAN, job

from actionsd_broker.config import Config
from actionsd_broker.decisions import Assign, Command, Complete, Fail, Kill, Retire, Skip
from actionsd_broker.dispatcher import Dispatcher
from actionsd_broker.job import Job
from actionsd_broker.places import SLICE_SECONDS
from actionsd_broker.plan import make_plan
from actionsd_broker.share import Share
from actionsd_broker.switches import EVERYTHING, Scope, Switch, Switches
from actionsd_broker.turns import Turns
from actionsd_protocol.errors import FailureKind
from actionsd_protocol.messages import Action

START_SECONDS = 0.15
DEATH_SECONDS = 0.02

SHARES = {"t1": Share(at_once=1), "t2": Share(weight=3.0, at_once=2), "t3": Share(weight=0.5)}
"""Of tenants in an hour of chaos."""

CHAIN = make_plan(
    [Action(name=name, script=f"function {name}() {{}}", timeout=1.0) for name in "fg"]
)

ISOLATIONS = ["process", "isolate", pytest.param("job", marks=pytest.mark.slow)]
"""With `job` there are no batches and no bound workers: what is left is in the others."""


class World:
    """Clients, workers and a supervisor as the dispatcher sees them, on a clock of its own."""

    def __init__(
        self,
        job_seconds: Callable[[], float],
        shares: dict[str, Share] | None = None,
        **config: Any,
    ) -> None:
        self.config = Config(**config)
        self.dispatcher = Dispatcher(self.config)
        self.shares = {} if shares is None else shares
        self.dispatcher.allot(self.shares, 0.0)
        self.job_seconds = job_seconds
        self.now = 0.0
        self.agenda: list[tuple[float, int, Callable[[], object]]] = []
        self.planned = 0
        self.serial = 0
        self.submitted: dict[int, float] = {}
        self.started: dict[int, float] = {}
        self.answered: Counter[int] = Counter()
        self.failed: Counter[FailureKind] = Counter()
        self.done: Counter[str] = Counter()
        self.retired: Counter[str] = Counter()
        self.skipped: Counter[str] = Counter()
        self.switches = Switches()
        self.plans = [PLAN]
        self.alive: set[str] = set()
        self.busy: dict[str, deque[int]] = {}
        self.served: dict[str, set[str]] = {}  # by those who are not doomed
        self.flooding: set[str] = set()
        self.fault: Callable[[], bool] = lambda: False
        for _ in range(self.config.workers + self.config.spares):
            self.start_worker()

    def at(self, seconds: float, action: Callable[[], object]) -> None:
        self.planned += 1
        heapq.heappush(self.agenda, (self.now + seconds, self.planned, action))

    def run(self, until: float) -> None:
        while True:
            at = self.agenda[0][0] if self.agenda else math.inf
            due = self.dispatcher.next_deadline()
            if due is not None and due <= min(at, until):
                self.now = max(self.now, due)
                self.carry_out(self.dispatcher.tick(self.now))
            elif at <= until:
                self.now, _, action = heapq.heappop(self.agenda)
                action()
            else:
                break
        self.now = until

    def submit(self, tenant: str) -> int:
        number = len(self.submitted) + 1
        self.submitted[number] = self.now
        plan = self.plans[number % len(self.plans)]
        submitted = job(number, tenant, self.now, plan=plan)
        self.carry_out(self.dispatcher.submit(submitted, self.now))
        return number

    def turn(self, scope: Scope) -> None:
        """Switch this off, or on if it is off."""
        if scope in self.switches:
            self.switches = self.switches.without(scope)
        else:
            self.switches = self.switches.with_off(Switch(*scope, "2026-01-01"))
        self.carry_out(self.dispatcher.switch(self.switches, self.now))

    def flood(self, tenant: str, waiting: int = 5) -> None:
        """Submit so many jobs of this tenant, and another for each that is answered."""
        self.flooding.add(tenant)
        for _ in range(waiting):
            self.at(0, lambda: self.submit(tenant))

    def answer(self, answered: Job) -> None:
        self.answered[answered.number] += 1
        if answered.tenant in self.flooding:
            self.at(0.001, lambda: self.submit(answered.tenant))

    def start_worker(self) -> None:
        self.serial += 1
        worker = f"w{self.serial}"
        self.at(START_SECONDS, lambda: self.ready(worker))

    def ready(self, worker: str) -> None:
        self.alive.add(worker)
        self.served[worker] = set()
        self.carry_out(self.dispatcher.worker_ready(worker, self.now))

    def report(self, worker: str, number: int, seconds: float) -> None:
        if worker not in self.alive or self.busy.get(worker, [0])[0] != number:
            return
        self.busy[worker].popleft()
        fault = self.fault()
        if not self.busy[worker] or fault:
            del self.busy[worker]
        else:
            self.begin(worker)
        said = self.dispatcher.reported(worker, self.now, seconds, seconds=seconds, fault=fault)
        self.carry_out(said)

    def die(self, worker: str, *, culpable: bool = False) -> None:
        if worker not in self.alive:
            return
        self.alive.discard(worker)
        self.served.pop(worker, None)
        self.busy.pop(worker, None)
        lost = self.dispatcher.worker_lost(
            worker, FailureKind.WORKER_LOST, "chaos", self.now, culpable=culpable
        )
        self.carry_out(lost)
        self.start_worker()

    def carry_out(self, commands: list[Command]) -> None:
        for command in commands:
            match command:
                case Assign(worker, jobs):
                    self.assign(worker, jobs)
                case Complete(done):
                    self.answer(done)
                    self.done[done.tenant] += 1
                case Fail(failed, kind):
                    assert failed.plan.steps  # else it would be done
                    self.answer(failed)
                    self.failed[kind] += 1
                case Skip(skipped):
                    assert not self.left(skipped)
                    self.answer(skipped)
                    self.skipped[skipped.tenant] += 1
                case Retire(worker, reason):
                    assert worker not in self.busy or reason == "busy with jobs that others have"
                    self.retired[reason] += 1
                    self.doom(worker)
                case Kill(worker):
                    self.doom(worker)
        self.check()

    def assign(self, worker: str, jobs: Sequence[Job]) -> None:
        assert worker in self.alive
        assert worker not in self.busy
        for each in jobs:
            assert [step.name for step in each.plan.steps] == self.left(each)
            self.started.setdefault(each.number, self.now)  # it may be given back
            self.served[worker].add(each.tenant)
        self.busy[worker] = deque(each.number for each in jobs)
        self.begin(worker)

    def begin(self, worker: str) -> None:
        number, seconds = self.busy[worker][0], self.job_seconds()
        self.at(seconds, lambda: self.report(worker, number, seconds))

    def doom(self, worker: str) -> None:
        self.served.pop(worker, None)
        self.at(DEATH_SECONDS, lambda: self.die(worker))

    def left(self, asked: Job) -> list[str]:
        """Return what of a job is on."""
        steps = (asked.whole or asked.plan).steps
        return [each.name for each in steps if not self.switches.off(asked.tenant, each.name)]

    def check(self) -> None:
        if self.config.isolation == "isolate":
            bound = [worker for worker in self.served if worker in self.busy]
        else:
            bound = [worker for worker, tenants in self.served.items() if tenants]
            assert all(len(self.served[worker]) == 1 for worker in bound)
            held = Counter(tenant for worker in bound for tenant in self.served[worker])
            assert all(
                held[tenant] <= (s.at_once or held[tenant]) for tenant, s in self.shares.items()
            )
        # A spare may be bound beyond the places, for a tenant that has no other worker.
        assert len(bound) <= self.config.workers + self.config.spares
        fleet, queues = self.dispatcher._fleet, self.dispatcher._queues
        assert not any((fleet.tenant_of(worker) or "") in queues for worker in fleet.idle)
        if self.switches:
            assert all(self.left(each) for queue in queues._tenants.values() for each in queue)

    def waited(self, number: int) -> float:
        return self.started[number] - self.submitted[number]


def steady(seconds: float) -> Callable[[], float]:
    return lambda: seconds


@pytest.mark.parametrize("spares", [0, 1])
def test_two_floods_on_one_worker_both_get_on(spares: int) -> None:
    world = World(steady(0.005), workers=1, spares=spares)
    world.flood("a")
    world.flood("b")
    world.run(60)
    assert min(world.done.values()) > 0.8 * max(world.done.values())
    # A slice each, and the worker is at work for most of the time.
    assert world.retired["another tenant's turn"] <= 60 / SLICE_SECONDS
    assert world.done.total() * 0.005 > (0.35 if spares == 0 else 0.6) * 60


@pytest.mark.parametrize("isolation", ISOLATIONS)
@pytest.mark.parametrize("workers", [1, 3])
def test_tenant_with_one_job_waits_for_few_slices_only(isolation: str, workers: int) -> None:
    world = World(steady(0.005), workers=workers, isolation=isolation)
    loud = ["a", "b", "c", "d"]
    for tenant in loud:
        world.flood(tenant)
    numbers: list[int] = []
    for second in range(1, 60):
        world.at(second, lambda: numbers.append(world.submit("quiet")))
    world.run(61)
    switch = DEATH_SECONDS + START_SECONDS
    assert max(map(world.waited, numbers)) <= (SLICE_SECONDS + 0.005 + switch) * len(loud)


def test_tenants_that_need_no_more_than_there_is_are_left_alone() -> None:
    world = World(steady(0.005), workers=2, recycle_jobs=0)
    world.flood("a", waiting=1)
    world.flood("b", waiting=1)
    world.run(60)
    assert not world.retired
    assert min(world.done.values()) > 5000


def test_hundred_tenants_in_turn_are_all_served() -> None:
    world = World(steady(0.005), workers=4, spares=2, queue_seconds=60.0)
    for number in range(100):
        world.flood(f"t{number}", waiting=1)
    world.run(300)
    assert len(world.done) == 100
    assert min(world.done.values()) > 0.5 * max(world.done.values())
    assert not world.failed


SCOPES: list[Scope] = [
    EVERYTHING,
    *((None, action) for action in "fg"),
    *((tenant, action) for tenant in ("t1", "t2") for action in (None, "f", "g")),
]

SEEDS = [0, *(pytest.param(seed, marks=pytest.mark.slow) for seed in (1, 2))]


class Chaos:
    """What happens to a world, by chance: each happening plans its next one."""

    def __init__(self, seed: int, isolation: str) -> None:
        self.chance = random.Random(seed)  # noqa: S311 - chaos, not secrets
        self.world = World(
            self.job_seconds,
            SHARES,
            workers=3,
            isolation=isolation,
            queue_limit=20,
            queue_seconds=5.0,
            recycle_jobs=10,
            recycle_seconds=20.0,
        )
        self.world.fault = lambda: not self.brisk and self.chance.random() < 0.05
        self.world.plans = [PLAN, CHAIN]

    @property
    def brisk(self) -> bool:
        """Whether jobs are short now, so that many of them are in a worker at once."""
        return self.world.now % 240 >= 120

    def job_seconds(self) -> float:
        # One in a hundred hangs until it is killed.
        hangs = self.chance.random() < 0.01
        return 1e9 if hangs else self.chance.expovariate(2000 if self.brisk else 4)

    def run(self, seconds: float) -> None:
        """Let everything happen for so long, and then see how it ends."""
        happenings = (self.arrive, self.burst, self.shoot, self.accuse, self.switch)
        for happening in happenings:
            self.world.at(0, happening)
        self.world.run(seconds)
        agenda = [entry for entry in self.world.agenda if entry[2] not in happenings]
        heapq.heapify(agenda)
        self.world.agenda = agenda
        self.world.run(seconds + 100)

    def arrive(self) -> None:
        self.world.submit(f"t{int(self.chance.paretovariate(1)) % 7}")
        # Bursts, and times in which little happens.
        rate = 30 if self.world.now % 120 < 20 else 3
        self.world.at(self.chance.expovariate(rate), self.arrive)

    def burst(self) -> None:
        """Have many jobs in few workers when a switch is turned, and a worker dies."""
        for _ in range(24 if self.brisk else 0):
            self.world.submit(self.chance.choice(["t1", "t2"]))
        soon = self.chance.uniform(0, 0.005)
        self.world.at(soon, self.turn)
        self.world.at(soon + self.chance.uniform(0, 0.001), self.strike)
        self.world.at(self.chance.expovariate(0.3 if self.brisk else 0.03), self.burst)

    def shoot(self) -> None:
        self.strike()
        self.world.at(self.chance.expovariate(0.1), self.shoot)

    def accuse(self) -> None:
        if self.world.alive:
            worker = self.chance.choice(sorted(self.world.alive))
            self.world.carry_out(self.world.dispatcher.violated(worker, "lied", self.world.now))
        self.world.at(self.chance.expovariate(0.02), self.accuse)

    def switch(self) -> None:
        self.turn()
        self.world.at(self.chance.expovariate(0.05), self.switch)

    def strike(self) -> None:
        if self.world.alive:
            worker = self.chance.choice(sorted(self.world.alive))
            self.world.die(worker, culpable=self.chance.random() < 0.5)

    def turn(self) -> None:
        """Switch something on again, mostly, or off."""
        off = [switch.scope for switch in self.world.switches.entries]
        self.world.turn(self.chance.choice(off if off and self.chance.random() < 0.8 else SCOPES))


@pytest.mark.parametrize("isolation", ISOLATIONS)
@pytest.mark.parametrize("seed", SEEDS)
def test_every_job_is_answered_exactly_once_in_an_hour_of_chaos(isolation: str, seed: int) -> None:
    """Workers die, hang and wear out, tenants flood, operators switch: all are served once."""
    chaos = Chaos(seed, isolation)
    chaos.run(3600)
    world = chaos.world
    assert world.dispatcher.empty
    assert world.answered == dict.fromkeys(world.submitted, 1)
    assert {*world.skipped} > {*SHARES}
    assert {*world.failed} >= {
        FailureKind.WORKER_LOST,
        FailureKind.TIMEOUT,
        FailureKind.QUEUE_TIMEOUT,
        FailureKind.OVERLOADED,
        FailureKind.POISONED,
    }
    assert {"a fault", "10 jobs", "in use for 20 s"} <= {*world.retired}


@pytest.mark.parametrize("waiting", [10, 10_000])
def test_a_step_looks_at_no_more_of_those_who_wait_than_it_must(
    waiting: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = World(steady(0.005), workers=4)
    world.run(1)
    for number in range(waiting):
        world.submit(f"t{number}")
    looks = 0
    round_of = Turns.round_of

    def counted(turns: Turns, tenant: str) -> int:
        nonlocal looks
        looks += 1
        return round_of(turns, tenant)

    monkeypatch.setattr(Turns, "round_of", counted)
    world.submit("late")
    world.run(1.01)
    assert looks < 100
