"""Which job runs where and when. Pure: events and a time in, commands out.

Jobs wait in one queue for each tenant (`queues`), workers are bound to tenants (`fleet`),
and chains that keep ending workers are refused (`quarantine`); here the three meet. A
worker has one job at a time; a job that was given to a worker has begun, and is never
given to another.

Nothing here knows sockets, processes or the clock: `now` is seconds on any clock that
does not go back, which is how tests run hours of it in a moment. A step may take longer
with more workers, not with more waiting jobs or tenants.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from actionsd_broker.config import Config
from actionsd_broker.fleet import Fleet
from actionsd_broker.job import Job
from actionsd_broker.quarantine import Quarantine
from actionsd_broker.queues import Queues
from actionsd_protocol.errors import FailureKind


@dataclass(frozen=True, slots=True)
class Assign:
    """Give this worker this job, in a realm that no other job has used if `new_realm`."""

    worker: str
    job: Job
    new_realm: bool


@dataclass(frozen=True, slots=True)
class Complete:
    """This worker's report is the answer to this job."""

    job: Job
    started_at: float


@dataclass(frozen=True, slots=True)
class Fail:
    """This job has failed; `started_at` is None if it never began."""

    job: Job
    kind: FailureKind
    message: str
    started_at: float | None = None


@dataclass(frozen=True, slots=True)
class Kill:
    """End this worker's process at once: it cannot be trusted, or does not stop."""

    worker: str
    reason: str


@dataclass(frozen=True, slots=True)
class Retire:
    """End this worker's process, which has no job, and make another: nobody's fault."""

    worker: str
    reason: str


Command: TypeAlias = Assign | Complete | Fail | Kill | Retire


@dataclass(slots=True)
class _Running:
    """A job in a worker."""

    job: Job
    started_at: float
    deadline: float
    verdict: tuple[FailureKind, str] | None = None  # why we killed the worker, if we did


class Dispatcher:
    """Holds every job that was accepted and not yet answered."""

    def __init__(self, config: Config) -> None:
        self._queue_seconds = config.queue_seconds
        self._queues = Queues(queue_limit=config.queue_limit, queue_seconds=config.queue_seconds)
        self._fleet = Fleet(config)
        self._quarantine = Quarantine()
        # Jobs of killed workers too, until their deaths: those are in the fleet no more.
        self._running: dict[str, _Running] = {}
        self._draining = False

    @property
    def waiting(self) -> int:
        """How many jobs wait for a worker."""
        return len(self._queues)

    @property
    def waiting_bytes(self) -> int:
        """What the jobs that wait keep in memory, or so."""
        return self._queues.weight

    @property
    def running(self) -> int:
        """How many jobs are in a worker."""
        return len(self._running)

    @property
    def idle(self) -> list[str]:
        """The workers that have no job."""
        return self._fleet.idle

    @property
    def empty(self) -> bool:
        """Whether every accepted job has been answered."""
        return not self._queues and not self._running

    def submit(self, job: Job, now: float) -> list[Command]:
        """Accept a job, or fail it at once."""
        if self._draining:
            return [Fail(job, FailureKind.OVERLOADED, "the broker is shutting down")]
        refusal = self._quarantine.refusal(job, now)
        if refusal is not None:
            return [Fail(job, FailureKind.POISONED, refusal)]
        refusal = self._queues.push(job)
        if refusal is not None:
            return [Fail(job, FailureKind.OVERLOADED, refusal)]
        worker = self._fleet.idle_of(job.tenant)
        return self._fill(now) if worker is None else self._give(worker, job.tenant, now)

    def worker_ready(self, worker: str, now: float) -> list[Command]:
        """Take note of a worker that is ready for its first job."""
        self._fleet.add(worker)
        return self._fill(now)

    def reported(self, worker: str, now: float, *, fault: bool = False) -> list[Command]:
        """Take note of a worker's report, whose session has checked that it owed one.

        After a fault, such as a limit that an action went over, the worker is not used again.
        """
        running = self._running.get(worker)
        if running is None or running.verdict is not None:
            return []  # condemned in the meantime: its loss answers the job
        del self._running[worker]
        self._quarantine.survived(running.job)
        self._fleet.release(worker)
        commands: list[Command] = [Complete(running.job, running.started_at)]
        tenant = self._fleet.tenant_of(worker)
        reason = "a fault" if fault else self._fleet.worn(worker, now)
        if reason is not None:
            commands.append(self._retire(worker, reason))
        elif tenant is not None and self._must_give_way(worker, tenant, now):
            self._queues.end_turn(tenant)
            commands.append(self._retire(worker, "another tenant's turn"))
        elif tenant is not None:
            commands += self._give(worker, tenant, now)
        return [*commands, *self._fill(now)]

    def violated(self, worker: str, reason: str, now: float) -> list[Command]:
        """Condemn a worker that broke the protocol."""
        message = f"the worker broke the protocol: {reason}"
        kill = self._condemn(worker, reason, (FailureKind.WORKER_LOST, message))
        return [kill, *self._fill(now)]

    def breached(self, worker: str, kind: FailureKind, message: str, now: float) -> list[Command]:
        """Condemn a worker that went over a limit from which it cannot be called back."""
        return [self._condemn(worker, message, (kind, message)), *self._fill(now)]

    def worker_lost(
        self, worker: str, kind: FailureKind, reason: str, now: float, *, culpable: bool
    ) -> list[Command]:
        """Take note of a worker's death, and whether its job may have brought it about."""
        self._fleet.remove(worker)
        running = self._running.pop(worker, None)
        commands: list[Command] = []
        if running is not None:
            if culpable or running.verdict is not None:
                self._quarantine.died(running.job, now)
            else:
                self._quarantine.spared(running.job)
            verdict = running.verdict or (kind, reason)
            commands.append(Fail(running.job, *verdict, running.started_at))
        return [*commands, *self._fill(now)]

    def tick(self, now: float) -> list[Command]:
        """Fail what has waited too long, kill what has run too long, retire what is worn."""
        message = f"no worker was free for {self._queue_seconds:g} s"
        expired = self._queues.expired(now)
        commands: list[Command] = [Fail(j, FailureKind.QUEUE_TIMEOUT, message) for j in expired]
        for worker, running in self._running.items():
            if running.verdict is None and running.deadline <= now:
                seconds = running.deadline - running.started_at
                late = f"still running after {seconds:g} s, and would not stop"
                commands.append(self._condemn(worker, "late", (FailureKind.TIMEOUT, late)))
        for worker in self._fleet.idle:
            worn = self._fleet.worn(worker, now)
            if worn is not None:
                commands.append(self._retire(worker, worn))
        return [*commands, *self._fill(now)]

    def next_deadline(self) -> float | None:
        """Return when `tick` has something to do, if nothing happens before."""
        deadlines = [r.deadline for r in self._running.values() if r.verdict is None]
        others = (self._queues.next_expiry(), self._fleet.next_worn())
        return min([*deadlines, *(at for at in others if at is not None)], default=None)

    def drain(self) -> None:
        """Accept no more jobs; those accepted are finished."""
        self._draining = True

    def running_on(self, worker: str) -> Job | None:
        """Return the job that a worker has."""
        running = self._running.get(worker)
        return None if running is None else running.job

    def _fill(self, now: float) -> list[Command]:
        """Bind workers to tenants that wait, as far as there are places and workers."""
        commands: list[Command] = []
        while (tenant := self._whose_turn()) is not None:
            worker = self._fleet.unbound_for(tenant)
            if worker is not None:
                commands += self._give(worker, tenant, now)
                continue
            in_the_way = self._in_the_way_of(tenant, now)
            if in_the_way is None:
                break
            commands.append(self._retire(in_the_way, "another tenant's turn"))
        return commands

    def _give(self, worker: str, tenant: str, now: float) -> list[Command]:
        """Give a worker without a job the tenant's next one that may be run."""
        commands: list[Command] = []
        while tenant in self._queues:
            job = self._queues.pop(tenant)
            refusal = self._quarantine.refusal(job, now)
            if refusal is not None:
                commands.append(Fail(job, FailureKind.POISONED, refusal))
                continue
            self._quarantine.began(job)
            new_realm = self._fleet.take(worker, tenant, now)
            self._running[worker] = _Running(job, now, now + job.budget_seconds)
            commands.append(Assign(worker, job, new_realm))
            break
        return commands

    def _whose_turn(self) -> str | None:
        """Return the waiting tenant with the fewest workers, of those the next in turn."""
        # As many tenants as there are places have a worker, so this looks at few.
        best: str | None = None
        for tenant in self._queues.turns():
            if self._fleet.held(tenant) == 0:
                return tenant
            if best is None or self._fleet.held(tenant) < self._fleet.held(best):
                best = tenant
        return best

    def _places_lack(self) -> bool:
        """Tell whether more tenants wait without a worker than there are places to come."""
        served = sum(tenant in self._queues for tenant in self._fleet.tenants)
        return self._queues.tenants - served > self._fleet.free_places

    def _in_the_way_of(self, tenant: str, now: float) -> str | None:
        """Return a worker without a job whose place a tenant that waits should have."""
        # Those without a job have none waiting either: no tenant loses by it now.
        worker = self._fleet.least_recent()
        if worker is None or self._fleet.held(tenant) == 0:
            return worker if self._places_lack() else None
        # For one worker more than it has, a tenant does not turn another's out at once:
        # two with a few jobs each would take the same place from each other all the time.
        ready = self._fleet.has_unbound() and self._fleet.free_places == 0
        return worker if ready and self._fleet.slice_over(worker, now) else None

    def _must_give_way(self, worker: str, own: str, now: float) -> bool:
        """Tell whether a worker, though its own tenant's jobs wait, is to be another's now."""
        if own not in self._queues or not self._fleet.slice_over(worker, now):
            return False
        other = self._whose_turn()
        if other is None or self._fleet.held(other) == 0:
            return self._places_lack()
        # Evening out, where it does not only turn the difference round.
        return self._fleet.has_unbound() and self._fleet.held(other) + 1 < self._fleet.held(own)

    def _retire(self, worker: str, reason: str) -> Retire:
        self._fleet.remove(worker)
        return Retire(worker, reason)

    def _condemn(self, worker: str, reason: str, verdict: tuple[FailureKind, str]) -> Kill:
        self._fleet.remove(worker)
        running = self._running.get(worker)
        if running is not None and running.verdict is None:
            running.verdict = verdict
        return Kill(worker, reason)
