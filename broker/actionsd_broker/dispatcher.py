"""Which job runs where and when. Pure: events and a time in, commands out.

Jobs wait in one queue for each tenant (`queues`), workers are bound to tenants (`fleet`)
that take turns (`places`), and chains that keep ending workers are refused (`quarantine`);
here they meet. A worker has one job at a time; a job that was given to a worker has begun,
and is never given to another.

Nothing here knows sockets, processes or the clock: `now` is seconds on any clock that
does not go back, which is how tests run hours of it in a moment. A step may take longer
with more workers, not with more waiting jobs or tenants.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from actionsd_broker.config import Config
from actionsd_broker.fleet import Fleet
from actionsd_broker.job import Job
from actionsd_broker.places import Places
from actionsd_broker.quarantine import Quarantine
from actionsd_broker.queues import Queues
from actionsd_broker.share import Share
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
        self._places = Places(config, self._fleet, self._queues)
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
        worker = self._fleet.idle_of(job.tenant)
        if worker is not None:
            return [self._begin(worker, job, now)]  # it is idle because none of its jobs wait
        waited = job.tenant in self._queues
        refusal = self._queues.push(job)
        if refusal is not None:
            return [Fail(job, FailureKind.OVERLOADED, refusal)]
        if not waited:
            self._places.join(job.tenant)
        return self._fill(now)

    def allot(self, shares: Mapping[str, Share], now: float) -> list[Command]:
        """Let these tenants have these shares from now on, and all others the ordinary one."""
        self._places.allot(shares)
        commands: list[Command] = [
            self._retire(worker, "more than its tenant may have")
            for worker in self._fleet.idle
            if self._places.excessive(worker)
        ]
        return [*commands, *self._fill(now)]

    def worker_ready(self, worker: str, now: float) -> list[Command]:
        """Take note of a worker that is ready for its first job."""
        self._fleet.add(worker)
        return self._fill(now)

    def reported(
        self, worker: str, now: float, cpu_seconds: float = 0.0, *, fault: bool = False
    ) -> list[Command]:
        """Take note of a worker's report, whose session has checked that it owed one.

        `cpu_seconds` is what the job took. After a fault, such as a limit that an action
        went over, the worker is not used again.
        """
        running = self._running.get(worker)
        if running is None or running.verdict is not None:
            return []  # condemned in the meantime: its loss answers the job
        del self._running[worker]
        self._quarantine.survived(running.job)
        self._fleet.release(worker, now)
        self._places.charge(running.job.tenant, cpu_seconds, now - running.started_at)
        commands: list[Command] = [Complete(running.job, running.started_at)]
        tenant = self._fleet.tenant_of(worker)
        reason = "a fault" if fault else self._fleet.worn(worker, now)
        if reason is not None:
            commands.append(self._retire(worker, reason))
        elif tenant is not None and self._places.must_give_way(worker, tenant, now):
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
        self._places.remove(worker)
        running = self._running.pop(worker, None)
        commands: list[Command] = []
        if running is not None:
            seconds = min(now - running.started_at, running.job.cpu_seconds)
            self._places.charge(running.job.tenant, seconds, seconds)
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
        for job in expired:
            self._places.line_up(job.tenant)
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
        turned_out = self._places.next_turned_out()
        others = (
            self._queues.next_expiry(),
            self._fleet.next_worn(),
            None if turned_out is None else turned_out[0],
        )
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
        while True:
            tenant = self._places.next_tenant()
            if tenant is not None:
                worker = self._places.worker_for(tenant)
                if worker is not None:
                    commands += self._give(worker, tenant, now)
                    continue
            turned_out = self._places.next_turned_out()
            if turned_out is None or turned_out[0] > now:
                return commands
            commands.append(self._retire(turned_out[1], "another tenant's turn"))

    def _give(self, worker: str, tenant: str, now: float) -> list[Command]:
        """Give a worker without a job the tenant's next one that may be run."""
        commands: list[Command] = []
        while tenant in self._queues:
            job = self._queues.pop(tenant)
            refusal = self._quarantine.refusal(job, now)
            if refusal is not None:
                commands.append(Fail(job, FailureKind.POISONED, refusal))
                continue
            commands.append(self._begin(worker, job, now))
            break
        self._places.line_up(tenant)
        return commands

    def _begin(self, worker: str, job: Job, now: float) -> Assign:
        self._quarantine.began(job)
        self._places.bind(worker, job.tenant)
        new_realm = self._fleet.take(worker, job.tenant, now)
        self._running[worker] = _Running(job, now, now + job.budget_seconds)
        return Assign(worker, job, new_realm)

    def _retire(self, worker: str, reason: str) -> Retire:
        self._places.remove(worker)
        return Retire(worker, reason)

    def _condemn(self, worker: str, reason: str, verdict: tuple[FailureKind, str]) -> Kill:
        self._places.remove(worker)
        running = self._running.get(worker)
        if running is not None and running.verdict is None:
            running.verdict = verdict
        return Kill(worker, reason)
