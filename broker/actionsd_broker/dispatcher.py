"""Which job runs where and when. Pure: events and a time in, commands out.

Jobs wait in one queue for each tenant; tenants take turns, so that one that floods waits
behind itself only. A queue is bounded, and so is the wait. A worker has one job at a
time; a job that was given to a worker has begun, and is never given to another.

Nothing here knows sockets, processes or the clock: `now` is seconds on any clock that
does not go back, which is how tests run hours of it in a moment.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from dataclasses import dataclass
from typing import TypeAlias

from actionsd_broker.plan import Plan
from actionsd_protocol.errors import FailureKind
from actionsd_protocol.messages import Step

SLACK_SECONDS = 0.5
"""What a step may take beyond its own limits before the broker steps in. An honest worker
ends it by itself, 50 ms after its time at the latest; this is for one that does not."""

MAX_WAITING_BYTES = 256 * 2**20
"""Contexts of waiting jobs, all tenants together: what a flood may cost in memory."""


@dataclass(frozen=True, slots=True)
class Job:
    """One trigger for one tenant, on its way through the broker."""

    number: int
    tenant: str
    trigger: str
    plan: Plan
    context: bytes
    check: bool
    accepted_at: float

    @property
    def weight(self) -> int:
        """What it keeps in memory while it waits, in bytes or so."""
        return len(self.context) + self.plan.weight

    @property
    def budget_seconds(self) -> float:
        """The longest that an honest worker can take for it."""
        return sum(_step_seconds(step) for step in self.plan.steps)


def _step_seconds(step: Step) -> float:
    return step.script_seconds + step.timeout + SLACK_SECONDS


@dataclass(frozen=True, slots=True)
class Assign:
    """Give this worker this job."""

    worker: str
    job: Job


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
    """End this worker's process at once."""

    worker: str
    reason: str


Command: TypeAlias = Assign | Complete | Fail | Kill


@dataclass(slots=True)
class _Running:
    """A job in a worker."""

    job: Job
    started_at: float
    deadline: float
    verdict: tuple[FailureKind, str] | None = None  # why we killed the worker, if we did


@dataclass(frozen=True, slots=True)
class _Wait:
    """A job that waits, or did: without what it weighs."""

    number: int
    tenant: str
    accepted_at: float


class Dispatcher:
    """Holds every job that was accepted and not yet answered."""

    def __init__(self, *, queue_limit: int, queue_seconds: float) -> None:
        self._queue_limit = queue_limit
        self._queue_seconds = queue_seconds
        # Tenants with waiting jobs, the next to be served first.
        self._tenants: OrderedDict[str, deque[Job]] = OrderedDict()
        # Every accepted job in order: as all wait equally long, the first expires first.
        # Jobs that have begun are dropped when they get to the front.
        self._expiry: deque[_Wait] = deque()
        self._waiting: set[int] = set()
        self._waiting_bytes = 0
        self._idle: deque[str] = deque()
        self._running: dict[str, _Running] = {}
        self._draining = False

    @property
    def waiting(self) -> int:
        """How many jobs wait for a worker."""
        return len(self._waiting)

    @property
    def running(self) -> int:
        """How many jobs are in a worker."""
        return len(self._running)

    @property
    def idle(self) -> list[str]:
        """The workers that have no job."""
        return list(self._idle)

    @property
    def empty(self) -> bool:
        """Whether every accepted job has been answered."""
        return not self._waiting and not self._running

    def submit(self, job: Job, now: float) -> list[Command]:
        """Accept a job, or fail it at once."""
        if self._draining:
            return [Fail(job, FailureKind.OVERLOADED, "the broker is shutting down")]
        queue = self._tenants.get(job.tenant)
        if queue is not None and len(queue) >= self._queue_limit:
            message = f"{self._queue_limit} jobs of this tenant are waiting already"
            return [Fail(job, FailureKind.OVERLOADED, message)]
        if self._waiting_bytes + job.weight > MAX_WAITING_BYTES:
            return [Fail(job, FailureKind.OVERLOADED, "too many large jobs are waiting already")]
        if queue is None:
            queue = self._tenants[job.tenant] = deque()
        queue.append(job)
        self._expiry.append(_Wait(job.number, job.tenant, job.accepted_at))
        self._waiting.add(job.number)
        self._waiting_bytes += job.weight
        return self._assign(now)

    def worker_ready(self, worker: str, now: float) -> list[Command]:
        """Take note of a worker that has no job."""
        self._idle.append(worker)
        return self._assign(now)

    def reported(self, worker: str, now: float) -> list[Command]:
        """Take note of a worker's report, whose session has checked that it owed one."""
        running = self._running.get(worker)
        if running is None or running.verdict is not None:
            return []  # condemned in the meantime: its loss answers the job
        del self._running[worker]
        self._idle.append(worker)
        return [Complete(running.job, running.started_at), *self._assign(now)]

    def violated(self, worker: str, reason: str) -> list[Command]:
        """Condemn a worker that broke the protocol."""
        running = self._running.get(worker)
        if running is not None and running.verdict is None:
            message = f"the worker broke the protocol: {reason}"
            running.verdict = (FailureKind.WORKER_LOST, message)
        if worker in self._idle:
            self._idle.remove(worker)
        return [Kill(worker, reason)]

    def worker_lost(self, worker: str, kind: FailureKind, reason: str) -> list[Command]:
        """Take note of a worker's death, the fault of the job that it had."""
        if worker in self._idle:
            self._idle.remove(worker)
        running = self._running.pop(worker, None)
        if running is None:
            return []
        verdict = running.verdict or (kind, reason)
        return [Fail(running.job, *verdict, running.started_at)]

    def tick(self, now: float) -> list[Command]:
        """Fail what has waited too long, kill what has run too long."""
        commands: list[Command] = []
        while self._expiry and self._first_expires() <= now:
            wait = self._expiry.popleft()
            if wait.number in self._waiting:
                job = self._remove_first(wait.tenant)
                message = f"no worker was free for {self._queue_seconds:g} s"
                commands.append(Fail(job, FailureKind.QUEUE_TIMEOUT, message))
        for worker, running in self._running.items():
            if running.verdict is None and running.deadline <= now:
                seconds = running.deadline - running.started_at
                message = f"still running after {seconds:g} s, and would not stop"
                running.verdict = (FailureKind.TIMEOUT, message)
                commands.append(Kill(worker, "late"))
        return commands

    def next_deadline(self) -> float | None:
        """Return when `tick` has something to do, if nothing happens before."""
        deadlines = [r.deadline for r in self._running.values() if r.verdict is None]
        while self._expiry and self._expiry[0].number not in self._waiting:
            self._expiry.popleft()
        if self._expiry:
            deadlines.append(self._first_expires())
        return min(deadlines, default=None)

    def drain(self) -> None:
        """Accept no more jobs; those accepted are finished."""
        self._draining = True

    def running_on(self, worker: str) -> Job | None:
        """Return the job that a worker has."""
        running = self._running.get(worker)
        return None if running is None else running.job

    def _assign(self, now: float) -> list[Command]:
        commands: list[Command] = []
        while self._idle and self._tenants:
            name, queue = self._tenants.popitem(last=False)
            job = queue.popleft()
            if queue:
                self._tenants[name] = queue  # to the back: the others' turn
            self._waiting.remove(job.number)
            self._waiting_bytes -= job.weight
            worker = self._idle.popleft()
            self._running[worker] = _Running(job, now, now + job.budget_seconds)
            commands.append(Assign(worker, job))
        return commands

    def _remove_first(self, tenant: str) -> Job:
        # A tenant's jobs expire in their order, so the one that does is its first.
        queue = self._tenants[tenant]
        job = queue.popleft()
        if not queue:
            del self._tenants[tenant]
        self._waiting.remove(job.number)
        self._waiting_bytes -= job.weight
        return job

    def _first_expires(self) -> float:
        return self._expiry[0].accepted_at + self._queue_seconds
