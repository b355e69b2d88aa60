"""The dispatcher in simulated time: an hour of traffic from a thousand tenants, in a moment.

    python -m benchmarks.simulation [--hours 1] [--seed 1]

The broker's decisions are pure, so clients, workers and the clock are played here: tenants
of very different size (Zipf) with short and long jobs, floods, and workers that die. Prints
how long the tenants' jobs wait, how evenly CPU is shared out, and what one step costs by
number of tenants, workers and waiting jobs. The model checks itself as it goes: no job is
lost, none is given twice, no tenant has more workers than it may. tests/broker uses it.
"""

from __future__ import annotations

import argparse
import heapq
import itertools
import random
import sys
import time
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from actionsd_broker.config import Config
from actionsd_broker.decisions import Assign, Command, Complete, Fail, Kill, Retire
from actionsd_broker.dispatcher import Dispatcher
from actionsd_broker.job import Job
from actionsd_broker.plan import make_plan
from actionsd_broker.share import Share
from actionsd_protocol.errors import FailureKind
from actionsd_protocol.messages import Action

START_SECONDS = 0.02
"""From a worker's end until its replacement is ready."""

TICK_SECONDS = 0.025
"""The daemon's loop comes round so often, if nothing happens."""

THINK_SECONDS = 0.0005
"""From an answer to the next job of a client that floods."""

PLAN = make_plan([Action(name="f", script="function f() {}")])
TRIGGER = "complement-token/pre-userinfo"


def make_job(number: int, tenant: str, now: float) -> Job:
    """Return a job of one action."""
    return Job(number, tenant, TRIGGER, PLAN, context=b"{}", check=False, accepted_at=now)


@dataclass
class Flood:
    """A tenant that keeps so many jobs in flight, from one time to another."""

    tenant: str
    seconds: float
    in_flight: int = 64
    since: float = 0.0
    until: float = float("inf")


@dataclass
class Outcome:
    """What became of the jobs, by tenant."""

    waits: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    cpu: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))
    failed: Counter[tuple[str, FailureKind]] = field(default_factory=Counter)
    submitted: int = 0
    retired: Counter[str] = field(default_factory=Counter)


class Model:
    """Clients, workers and supervisor around a dispatcher."""

    def __init__(
        self,
        config: Config,
        shares: Mapping[str, Share] | None = None,
        *,
        death: Callable[[], bool] = lambda: False,
    ) -> None:
        self.config = config
        self.shares = shares or {}
        self.dispatcher = Dispatcher(config)
        self.dispatcher.allot(self.shares, 0.0)
        self.outcome = Outcome()
        self.now = 0.0
        self.over = False
        self._death = death
        self._agenda: list[tuple[float, int, Callable[..., None], tuple[object, ...]]] = []
        self._serial = itertools.count(1)
        self._seconds: dict[int, float] = {}  # of jobs that are not answered yet
        self._begun: set[int] = set()  # of those, the ones that a worker has begun
        self._jobs: dict[str, deque[Job]] = {}  # in a worker, the one that it runs first
        self._since: dict[str, float] = {}  # when it began that
        self._floods: dict[str, Flood] = {}
        self._owner: dict[str, str] = {}
        self._held: Counter[str] = Counter()
        for _ in range(config.workers + config.spares):
            self._start_worker()
        self.at(TICK_SECONDS, self._tick)

    def at(self, when: float, action: Callable[..., None], *arguments: object) -> None:
        """Have something happen at a time."""
        heapq.heappush(self._agenda, (when, next(self._serial), action, arguments))

    def flood(self, flood: Flood) -> None:
        """Have a tenant flood."""
        self.at(flood.since, self._flood, flood)

    def run(self, until: float) -> None:
        """Let time pass."""
        while self._agenda and self._agenda[0][0] <= until:
            self.now, _, action, arguments = heapq.heappop(self._agenda)
            action(*arguments)

    def finish(self) -> None:
        """Accept no more, and let all that were accepted come to their end."""
        self.over = True
        self.dispatcher.drain()
        while not self.dispatcher.empty:
            self.run(self.now + 1)
        if self._seconds:
            raise AssertionError(f"{len(self._seconds)} jobs were lost")

    def submit(self, tenant: str, seconds: float) -> None:
        """Have a tenant send a job that takes so long."""
        if self.over:
            return
        job = make_job(next(self._serial), tenant, self.now)
        self._seconds[job.number] = seconds
        self.outcome.submitted += 1
        self._carry_out(self.dispatcher.submit(job, self.now))

    def _flood(self, flood: Flood) -> None:
        self._floods[flood.tenant] = flood
        for _ in range(flood.in_flight):
            self.submit(flood.tenant, flood.seconds)

    def _tick(self) -> None:
        self._carry_out(self.dispatcher.tick(self.now))
        self.at(self.now + TICK_SECONDS, self._tick)

    def _start_worker(self) -> None:
        self.at(self.now + START_SECONDS, self._ready, f"w{next(self._serial)}")

    def _ready(self, worker: str) -> None:
        self._carry_out(self.dispatcher.worker_ready(worker, self.now))

    def _report(self, worker: str, job: Job) -> None:
        jobs = self._jobs.get(worker)
        if jobs is None or jobs[0] is not job:
            return  # it has died in the meantime
        seconds = self.now - self._since[worker]
        self.outcome.cpu[job.tenant] += seconds
        jobs.popleft()
        if jobs:
            self._work(worker)
        else:
            del self._jobs[worker]
            if self.config.isolation == "isolate":
                self._unbind(worker)
        self._carry_out(self.dispatcher.reported(worker, self.now, seconds, seconds=seconds))

    def _die(self, worker: str) -> None:
        self._unbind(worker)
        self._jobs.pop(worker, None)
        self._start_worker()
        lost = (FailureKind.WORKER_LOST, "killed from outside")
        self._carry_out(self.dispatcher.worker_lost(worker, *lost, self.now, culpable=False))

    def _carry_out(self, commands: Iterable[Command]) -> None:
        # Who is retired is bound no more before another is: the order of carrying out.
        for command in commands:
            match command:
                case Assign(worker, jobs):
                    self._assign(worker, jobs)
                case Complete(job):
                    self._answer(job)
                case Fail(job, kind):
                    self.outcome.failed[job.tenant, kind] += 1
                    self._answer(job)
                case Retire(worker, reason):
                    self.outcome.retired[reason] += 1
                    if worker in self._jobs:
                        self.at(self.now, self._die, worker)  # with copies of others' jobs
                        continue
                    self._unbind(worker)
                    self._start_worker()
                case Kill(worker):
                    raise AssertionError(f"{worker} was killed")

    def _assign(self, worker: str, jobs: tuple[Job, ...]) -> None:
        tenant = jobs[0].tenant
        owner = self._owner.get(worker)
        if owner is None:
            self._owner[worker] = tenant
            self._held[tenant] += 1
            self._check_cap(tenant)
        elif owner != tenant:
            raise AssertionError(f"{worker} is another tenant's")
        if any(job.number not in self._seconds for job in jobs):
            raise AssertionError("a job was given that has been answered")
        self._jobs[worker] = deque(jobs)
        self._work(worker)

    def _work(self, worker: str) -> None:
        """Have a worker begin its next job, which may be another's by now."""
        job = self._jobs[worker][0]
        self._since[worker] = self.now
        if job.number not in self._begun and job.number in self._seconds:
            self._begun.add(job.number)
            self.outcome.waits[job.tenant].append(self.now - job.accepted_at)
        seconds = self._seconds.get(job.number, 0.0)
        if self._death():
            self.at(self.now + seconds / 2, self._die, worker)
        else:
            self.at(self.now + seconds, self._report, worker, job)

    def _check_cap(self, tenant: str) -> None:
        at_once = self.shares.get(tenant, Share()).at_once
        cap = self.config.tenant_at_once if at_once is None else at_once
        if 0 < cap < self._held[tenant]:
            raise AssertionError(f"{tenant} has {self._held[tenant]} workers, {cap} are allowed")

    def _unbind(self, worker: str) -> None:
        owner = self._owner.pop(worker, None)
        if owner is not None:
            self._held[owner] -= 1

    def _answer(self, job: Job) -> None:
        del self._seconds[job.number]
        self._begun.discard(job.number)
        flood = self._floods.get(job.tenant)
        if flood is not None and self.now < flood.until and not self.over:
            self.at(self.now + THINK_SECONDS, self.submit, job.tenant, flood.seconds)


class Traffic:
    """Many tenants, few of them busy: Zipf, with short, middling and long jobs."""

    LENGTHS = ((0.90, 0.001), (0.98, 0.02), (1.0, 0.3))
    """Up to which chance a job takes so long, on the average."""

    def __init__(self, model: Model, tenants: int, jobs_per_second: float, seed: int) -> None:
        self._model = model
        self._chance = random.Random(seed)  # noqa: S311 - traffic, not secrets
        self._names = [f"t{number}" for number in range(tenants)]
        self._weights = list(itertools.accumulate(1 / (n + 1) for n in range(tenants)))
        self._rate = jobs_per_second
        model.at(0.0, self._arrive)

    def _arrive(self) -> None:
        if self._model.over:
            return
        tenant = self._chance.choices(self._names, cum_weights=self._weights)[0]
        which = self._chance.random()
        mean = next(seconds for chance, seconds in self.LENGTHS if which <= chance)
        self._model.submit(tenant, self._chance.uniform(0.5, 1.5) * mean)
        self._model.at(self._model.now + self._chance.expovariate(self._rate), self._arrive)


def class_of(tenant: str) -> str:
    """Return which kind of tenant one is, by how much it sends."""
    if not tenant.startswith("t"):
        return "floods"
    rank = int(tenant[1:])
    return "busiest 10" if rank < 10 else "next 90" if rank < 100 else "all others"


def hour(seconds: float, *, tenants: int = 1000, floods: bool = True, seed: int = 1) -> Outcome:
    """Play mixed traffic on 8 workers, with a flood in every other minute; check it on the way."""
    chance = random.Random(seed)  # noqa: S311 - deaths, not secrets
    config = Config(workers=8, spares=2)
    model = Model(config, death=lambda: chance.random() < 0.0005)
    Traffic(model, tenants, 100.0, seed)
    for number in range(int(seconds / 120) if floods else 0):
        begin = 120.0 * number + 60
        model.flood(Flood(f"flood{number % 5}", 0.1, since=begin, until=begin + 60))
    model.run(seconds)
    model.finish()
    return model.outcome


def saturate(
    workers: int,
    jobs: Sequence[float],
    weights: Sequence[float] = (),
    *,
    seconds: float = 120.0,
    isolation: str = "process",
) -> list[float]:
    """Let tenants flood with jobs of these lengths; return each one's CPU for its weight."""
    named = {f"flood{n}": Share(weight) for n, weight in enumerate(weights)}
    changes = {"workers": workers, "isolation": isolation, "queue_seconds": 1000.0}
    model = Model(Config().changed(**changes), named)
    for number, length in enumerate(jobs):
        model.flood(Flood(f"flood{number}", length, in_flight=8 * workers))
    model.run(seconds)
    cpu = model.outcome.cpu.copy()
    model.finish()
    names = [f"flood{number}" for number in range(len(jobs))]
    return [cpu[name] / named.get(name, Share()).weight for name in names]


def jain(values: Sequence[float]) -> float:
    """Return Jain's index: 1 if all have the same, 1/n if one has everything."""
    return sum(values) ** 2 / (len(values) * sum(value**2 for value in values))


class Steps:
    """Times the dispatcher's steps while so many tenants' jobs wait."""

    def __init__(self, tenants: int, workers: int, waiting: int) -> None:
        config = Config(workers=workers, queue_limit=10**9, queue_seconds=1e9)
        self._dispatcher = Dispatcher(config)
        self._serial = itertools.count(1)
        self._tenants = itertools.cycle([f"t{number}" for number in range(tenants)])
        self._now = 0.0
        self._busy: dict[str, None] = {}
        self._spent: defaultdict[str, float] = defaultdict(float)
        self._calls: Counter[str] = Counter()
        for number in range(workers + config.spares):
            self._take(self._dispatcher.worker_ready(f"w{number}", 0.0))
        for _ in range(waiting):
            self._submit()
        self._spent.clear()
        self._calls.clear()

    def run(self, steps: int) -> dict[str, float]:
        """Return the mean microseconds of each step, in rounds of a report, a job and a tick."""
        for _ in range(steps):
            self._now += 0.002
            worker = next(iter(self._busy))
            del self._busy[worker]
            self._timed("report", self._dispatcher.reported, worker, self._now, 0.002)
            self._submit()
            self._timed("tick", self._dispatcher.tick, self._now)
        return {step: self._spent[step] / self._calls[step] * 1e6 for step in self._spent}

    def _submit(self) -> None:
        tenant = next(self._tenants)
        job = make_job(next(self._serial), tenant, self._now)
        self._timed("submit", self._dispatcher.submit, job, self._now)

    def _timed(self, step: str, call: Callable[..., list[Command]], *arguments: object) -> None:
        started = time.perf_counter()
        commands = call(*arguments)
        self._spent[step] += time.perf_counter() - started
        self._calls[step] += 1
        self._take(commands)

    def _take(self, commands: list[Command]) -> None:
        for command in commands:
            if isinstance(command, Assign):
                self._busy[command.worker] = None
            elif isinstance(command, Retire):
                self._busy.pop(command.worker, None)
                fresh = f"w{next(self._serial)}"
                self._timed("ready", self._dispatcher.worker_ready, fresh, self._now)


def main() -> int:
    """Run everything and print the tables."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--hours", type=float, default=1.0)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    print_waits(arguments.hours * 3600, arguments.seed)
    print_shares()
    print_steps()
    return 0


def print_waits(seconds: float, seed: int) -> None:
    """Print how long jobs waited, by class of tenants."""
    started = time.perf_counter()
    outcome = hour(seconds, seed=seed)
    took = time.perf_counter() - started
    print(f"{seconds / 3600:g} h, 8 workers + 2 spares, 1000 tenants: {outcome.submitted} jobs")
    print(f"played in {took:.0f} s; retired: {dict(outcome.retired)}\n")
    print("wait, ms     |    jobs |     p50     p99   p99.9    most | failed")
    for name in ("floods", "busiest 10", "next 90", "all others"):
        of = [tenant for tenant in outcome.waits if class_of(tenant) == name]
        waits = sorted(wait for tenant in of for wait in outcome.waits[tenant])
        failed: Counter[str] = Counter()
        for (tenant, kind), count in outcome.failed.items():
            failed[kind.value] += count * (class_of(tenant) == name)
        at = [min(int(len(waits) * part), len(waits) - 1) for part in (0.5, 0.99, 0.999, 1)]
        figures = " ".join(f"{waits[place] * 1e3:7.1f}" for place in at)
        print(f"{name:12} | {len(waits):7} | {figures} | {dict(+failed)}")


SATURATED: tuple[tuple[str, int, tuple[float, ...], tuple[float, ...]], ...] = (
    ("2 alike", 2, (0.1, 0.1), ()),
    ("3, jobs of 1, 10, 100 ms", 2, (0.001, 0.01, 0.1), ()),
    ("4, jobs of 1 ms to 1 s", 2, (0.001, 0.01, 0.1, 1.0), ()),
    ("10, jobs of 1 to 300 ms", 4, (0.001, 0.01, 0.1, 0.3, 0.02) * 2, ()),
    ("40 alike", 8, (0.02,) * 40, ()),
    ("weights 1, 2", 1, (0.02, 0.02), (1, 2)),
    ("weights 1, 2", 2, (0.02, 0.02), (1, 2)),
    ("weights 1, 2, 4", 4, (0.01, 0.1, 0.02), (1, 2, 4)),
    ("weights 1, 1, 5, 10", 2, (0.1, 0.001, 0.01, 0.1), (1, 1, 5, 10)),
)


def print_shares() -> None:
    """Print how evenly CPU is shared among tenants who always have jobs that wait."""
    print("\nCPU for weight, tenants that flood | workers | isolation | Jain  | least / most")
    for name, workers, jobs, weights in SATURATED:
        for isolation in ("process", "isolate"):
            values = saturate(workers, jobs, weights, isolation=isolation)
            ratio = min(values) / max(values)
            print(f"{name:34} | {workers:7} | {isolation:9} | {jain(values):.3f} | {ratio:.2f}")


def print_steps() -> None:
    """Print what a step costs, each figure varied for itself."""
    print("\nus for a step  | tenants  workers  waiting |  submit  report    tick   ready")
    usual = (1000, 8, 10_000)
    varied = [
        *((tenants, 8, 10_000) for tenants in (10, 100, 1000, 10_000)),
        *((1000, workers, 10_000) for workers in (2, 8, 32, 128)),
        *((1000, 8, waiting) for waiting in (10, 100, 1000, 10_000, 100_000)),
    ]
    for tenants, workers, waiting in varied:
        spent = Steps(tenants, workers, waiting).run(5000)
        figures = " ".join(f"{spent.get(s, 0):7.1f}" for s in ("submit", "report", "tick", "ready"))
        mark = "*" if (tenants, workers, waiting) == usual else " "
        print(f"             {mark} | {tenants:7} {workers:8} {waiting:8} | {figures}")


if __name__ == "__main__":
    sys.exit(main())
