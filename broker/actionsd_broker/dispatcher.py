"""Which job runs where and when. Pure: events and a time in, commands out.

Jobs wait in one queue for each tenant (`queues`), workers are bound to tenants (`fleet`)
that take turns (`places`), and chains that keep ending workers are refused (`quarantine`);
here they meet. What a worker was given at once is a `batch`.

A worker runs one job at a time. Where many wait that are known to be short (`pace`), it is
given several at once, which it runs in their order. A job that may have begun and can have
done something is never given to another worker. One that has not begun can be: if the job
before it takes long after all, or ends the worker. If it is not clear which of them ended
it, each is run again, alone: none has asked for anything, and none is blamed for another.

Nothing here knows sockets, processes or the clock: `now` is seconds on any clock that
does not go back, which is how tests run hours of it in a moment. A step may take longer
with more workers, not with more waiting jobs or tenants.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from actionsd_broker.batch import (
    BATCH_BYTES,
    BATCH_JOBS,
    BATCH_SECONDS,
    STALL_SECONDS,
    Batch,
)
from actionsd_broker.config import Config
from actionsd_broker.decisions import Assign, Command, Complete, Fail, Kill, Retire, Skip
from actionsd_broker.fleet import Fleet, Record
from actionsd_broker.job import Job
from actionsd_broker.pace import LONG_SECONDS, Pace
from actionsd_broker.places import Places
from actionsd_broker.quarantine import Quarantine
from actionsd_broker.queues import Queues
from actionsd_broker.share import Share
from actionsd_broker.switches import Switches
from actionsd_protocol.errors import FailureKind


class Dispatcher:
    """Holds every job that was accepted and not yet answered."""

    def __init__(self, config: Config) -> None:
        self._queue_seconds = config.queue_seconds
        self._each_new = config.isolation == "job"
        self._queues = Queues(queue_limit=config.queue_limit, queue_seconds=config.queue_seconds)
        self._fleet = Fleet(config)
        self._places = Places(config, self._fleet, self._queues)
        self._quarantine = Quarantine()
        self._pace = Pace()
        self._alone: set[int] = set()  # jobs that share a message with no other
        self._returned: set[str] = set()  # tenants of jobs that were put back just now
        self._done: list[Job] = []  # not put back, for nothing was left of them by then
        # Jobs of killed workers too, until their deaths: those are in the fleet no more.
        self._running: dict[str, Batch] = {}
        self._draining = False
        self._switches = Switches()

    @property
    def workers(self) -> int:
        """How many workers may have jobs at a time."""
        return self._fleet.places

    @property
    def draining(self) -> bool:
        """Whether no more jobs are accepted."""
        return self._draining

    @property
    def everything_off(self) -> bool:
        """Whether no job of a client's is run."""
        return self._switches.everything

    @property
    def waiting(self) -> int:
        """How many jobs wait for a worker."""
        return len(self._queues)

    @property
    def waiting_bytes(self) -> int:
        """What the jobs that wait keep in memory, or so."""
        return self._queues.weight

    @property
    def idle(self) -> list[str]:
        """The workers that have no job."""
        return self._fleet.idle

    @property
    def empty(self) -> bool:
        """Whether every accepted job has been answered."""
        return not self._queues and not any(r.own for r in self._running.values())

    def submit(self, job: Job, now: float) -> list[Command]:
        """Accept a job, or answer it at once."""
        job = self._switches.leave(job)
        if not job.plan.steps:
            return [Skip(job)]  # first of all: nothing else that is wrong may fail it
        if self._draining:
            return [Fail(job, FailureKind.OVERLOADED, "the broker is shutting down")]
        refusal = self._quarantine.refusal(job, now)
        if refusal is not None:
            return [Fail(job, FailureKind.POISONED, refusal)]
        worker = self._fleet.idle_of(job.tenant)
        if worker is not None:
            # It is idle because none of its jobs wait.
            return [self._begin(worker, [job], now)]
        waited = job.tenant in self._queues
        refusal = self._queues.push(job)
        if refusal is not None:
            return [Fail(job, FailureKind.OVERLOADED, refusal)]
        if not waited:
            self._places.join(job.tenant)
        return self._fill(now)

    def switch(self, switches: Switches, now: float) -> list[Command]:
        """Run only what is on from now on, of the jobs that wait too.

        No step for a job: goes through all of them. One that runs is not called back.
        """
        self._switches = switches
        for running in self._running.values():
            # Those behind it in its worker: what that does for them counts no more.
            if running.verdict is None and any(
                switches.leave(job) is not job for job in list(running.jobs)[1 : running.own]
            ):
                self._take_back(running, 1)
        done = self._queues.take_out(lambda job: not switches.leave(job).plan.steps)
        for job in done:
            self._alone.discard(job.number)
            self._places.line_up(job.tenant)
        return [*(Skip(switches.leave(job)) for job in done), *self._fill(now)]

    def allot(self, shares: Mapping[str, Share], now: float) -> list[Command]:
        """Let these tenants have these shares from now on, and all others the ordinary one."""
        self._places.allot(shares)
        commands: list[Command] = [
            self._retire(worker, "more than its tenant may have")
            for worker in self._fleet.idle
            if self._places.excessive(worker)
        ]
        return [*commands, *self._fill(now)]

    def scale(self, workers: int, now: float) -> list[Command]:
        """Have so many workers from now on: those too many go when they have no job."""
        self._fleet.scale(workers)
        return self.tick(now)

    def worker_ready(self, worker: str, now: float) -> list[Command]:
        """Take note of a worker that is ready for its first job."""
        self._fleet.add(worker)
        return self._fill(now)

    def reported(
        self,
        worker: str,
        now: float,
        cpu_seconds: float = 0.0,
        *,
        seconds: float = LONG_SECONDS,
        fault: bool = False,
    ) -> list[Command]:
        """Take note of a worker's report, whose session has checked that it owed one.

        The job took so much CPU, and `seconds` or so in all. After a fault, such as a limit
        that an action went over, the worker is not used again.
        """
        running = self._running.get(worker)
        if running is None or running.verdict is not None:
            return []  # condemned in the meantime: its loss answers the job
        job = running.jobs.popleft()
        commands: list[Command] = []
        held = min(seconds, now - running.started_at)
        if running.own > 0:
            running.own -= 1
            self._alone.discard(job.number)
            self._quarantine.survived(job)
            self._pace.note(job, LONG_SECONDS if running.asked or fault else seconds)
            commands.append(Complete(job, running.started_at))
        if running.jobs and not fault:
            self._places.charge(job.tenant, cpu_seconds, held)
            running.move_on(seconds, now)
            return commands
        del self._running[worker]
        self._take_back(running, 0)
        self._fleet.release(worker, now)
        # Only now: where the tenant stands in line depends on whether the worker is its still.
        self._places.charge(job.tenant, cpu_seconds, held)
        tenant = self._fleet.tenant_of(worker)
        reason = "a fault" if fault else self._fleet.worn(worker, now)
        if reason is not None:
            commands.append(self._retire(worker, reason))
        elif tenant is not None and self._places.must_give_way(worker, tenant, now):
            commands.append(self._retire(worker, "another tenant's turn"))
        elif tenant is not None:
            commands += self._give(worker, tenant, now)
        return [*commands, *self._fill(now)]

    def asked(self, worker: str) -> bool:
        """Take note that a worker's job asks for something; return whether it is its own."""
        running = self._running.get(worker)
        if running is None or running.verdict is not None or running.own == 0:
            return False
        running.asked = True
        return True

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
        if running is None or running.own == 0:
            return self._fill(now)
        verdict = running.verdict or (kind, reason)
        culprit = running.culprit(verdict[0])
        if culprit is None and running.own == 1 and self._queues.late(running.jobs[0], now):
            culprit = running.jobs[0]  # most likely, and there is no time to make sure
        seconds = min(now - running.moved_at, running.jobs[0].cpu_seconds)
        self._places.charge(running.jobs[0].tenant, seconds, seconds)
        if culprit is None:
            self._alone.update(job.number for job in list(running.jobs)[: running.own])
            self._take_back(running, 0)
            return self._fill(now)
        self._take_back(running, 1)
        self._alone.discard(culprit.number)
        if culpable or running.verdict is not None:
            self._quarantine.died(culprit, now)
        else:
            self._quarantine.spared(culprit)
        return [Fail(culprit, *verdict, running.started_at), *self._fill(now)]

    def tick(self, now: float) -> list[Command]:
        """Fail what has waited too long, kill what has run too long, retire what is worn."""
        message = f"no worker was free for {self._queue_seconds:g} s"
        expired = self._queues.expired(now)
        self._alone.difference_update(job.number for job in expired)
        commands: list[Command] = [
            Fail(self._switches.leave(job), FailureKind.QUEUE_TIMEOUT, message) for job in expired
        ]
        for job in expired:
            self._places.line_up(job.tenant)
        for worker, running in self._running.items():
            if running.moved_at + STALL_SECONDS <= now:
                self._take_back(running, 1)
                if running.own == 0 and running.verdict is None:
                    # Its place is worth more than what it still does, for nobody.
                    running.verdict = FailureKind.WORKER_LOST, "busy with jobs that others have"
                    commands.append(self._retire(worker, running.verdict[1]))
            if running.verdict is None and running.deadline <= now:
                seconds = running.deadline - running.moved_at
                late = f"still running after {seconds:g} s, and would not stop"
                commands.append(self._condemn(worker, "late", (FailureKind.TIMEOUT, late)))
        for worker in self._fleet.idle:
            worn = self._fleet.worn(worker, now)
            if worn is not None:
                commands.append(self._retire(worker, worn))
        return [*commands, *self._fill(now)]

    def next_deadline(self) -> float | None:
        """Return when `tick` has something to do, if nothing happens before."""
        deadlines = [r.due for r in self._running.values() if r.verdict is None]
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

    def record_of(self, worker: str) -> Record | None:
        """Return what a worker has served, None if it is not ready yet or condemned."""
        return self._fleet.record_of(worker)

    def running_on(self, worker: str) -> Job | None:
        """Return the job whose turn it is in a worker."""
        running = self._running.get(worker)
        return None if running is None else running.jobs[0]

    def _fill(self, now: float) -> list[Command]:
        """Bind workers to tenants that wait, as far as there are places and workers."""
        commands: list[Command] = [Skip(job) for job in self._done]
        self._done.clear()
        while self._returned:
            commands += self._give_again(self._returned.pop(), now)
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

    def _give_again(self, tenant: str, now: float) -> list[Command]:
        """Give jobs that wait again to workers that have run out of their tenant's jobs."""
        commands: list[Command] = []
        while tenant in self._queues:
            worker = self._fleet.idle_of(tenant)
            if worker is None:
                break
            commands += self._give(worker, tenant, now)
        return commands

    def _give(self, worker: str, tenant: str, now: float) -> list[Command]:
        """Give a worker without a job the tenant's next ones that may be run."""
        commands: list[Command] = []
        jobs: list[Job] = []
        fair = 1 + self._queues.length(tenant) // self._fleet.places
        most = min(BATCH_JOBS, fair, self._fleet.jobs_left(worker))
        seconds, weight = 0.0, 0
        while (first := self._queues.first(tenant)) is not None:
            job = self._switches.leave(first)
            if not job.plan.steps:
                self._queues.pop(tenant)
                commands.append(Skip(job))
                self._alone.discard(job.number)
                continue
            refusal = self._quarantine.refusal(job, now)
            if refusal is not None:
                self._queues.pop(tenant)
                commands.append(Fail(job, FailureKind.POISONED, refusal))
                self._alone.discard(job.number)
                continue
            seconds += self._expected(job, now)
            weight += job.weight
            if jobs and (seconds > BATCH_SECONDS or weight > BATCH_BYTES):
                break
            self._queues.pop(tenant)
            jobs.append(job)
            if len(jobs) >= most or seconds > BATCH_SECONDS:
                break
        if jobs:
            commands.append(self._begin(worker, jobs, now))
        self._places.line_up(tenant)
        return commands

    def _begin(self, worker: str, jobs: Sequence[Job], now: float) -> Assign:
        for job in jobs:
            self._quarantine.began(job)
        self._places.bind(worker, jobs[0].tenant)
        new_realm = self._fleet.take(worker, jobs[0].tenant, len(jobs), now)
        self._running[worker] = Batch.given(jobs, now)
        return Assign(worker, tuple(jobs), new_realm)

    def _expected(self, job: Job, now: float) -> float:
        alone = job.check or self._each_new or job.number in self._alone
        if alone or self._quarantine.suspects(job, now):
            return LONG_SECONDS
        return self._pace.expected(job)

    def _take_back(self, running: Batch, kept: int) -> None:
        """Let all but so many of a worker's own jobs wait again, as far as they are on."""
        returned = []
        for job in map(self._switches.leave, running.give_back(kept)):
            if job.plan.steps:
                returned.append(job)
            else:
                self._alone.discard(job.number)
                self._done.append(job)
        if returned:
            tenant = returned[0].tenant
            waited = tenant in self._queues
            self._queues.put_back(returned)
            self._returned.add(tenant)
            if not waited:
                self._places.join(tenant)

    def _retire(self, worker: str, reason: str) -> Retire:
        self._places.remove(worker)
        return Retire(worker, reason)

    def _condemn(self, worker: str, reason: str, verdict: tuple[FailureKind, str]) -> Kill:
        self._places.remove(worker)
        running = self._running.get(worker)
        if running is not None and running.verdict is None:
            running.verdict = verdict
        return Kill(worker, reason)
