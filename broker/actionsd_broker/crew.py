"""The workers as the dispatcher's commands and their own words move them.

Commands go out to them, reports and calls come in. What a worker says is believed when it
has been checked; whoever breaks the protocol is killed.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence

import zmq

from actionsd_broker import answers, log, verdict
from actionsd_broker.admission import Admission
from actionsd_broker.backend import Account, Backend, Called, Event, Reported, Started, Violation
from actionsd_broker.calls import Answered, Calls, refuse
from actionsd_broker.config import Config
from actionsd_broker.decisions import Assign, Complete, Kill, Retire
from actionsd_broker.desk import Desk, Execute
from actionsd_broker.job import Job
from actionsd_broker.sentry import Sentry
from actionsd_broker.supervisor import Exit, Supervisor, short
from actionsd_protocol.errors import ProtocolError
from actionsd_protocol.messages import Call, Span
from actionsd_protocol.report import ReportDocument, decode_report

STOP_SECONDS = 2.0
"""What idle workers get to exit by themselves at the end."""


class Crew:
    """All workers: what they are told, what they say, and how they end."""

    def __init__(
        self,
        config: Config,
        desk: Desk,
        supervisor: Supervisor,
        backend: Backend,
        calls: Calls,
        execute: Execute,
    ) -> None:
        self._desk = desk
        self._dispatcher = desk.dispatcher
        self._supervisor = supervisor
        self._backend = backend
        self._calls = calls
        self._execute = execute
        self.sentry = Sentry(
            config.memory_mib * 2**20,
            backend.connections,
            worker_of=supervisor.worker_of,
            waiting_bytes=lambda: self._dispatcher.waiting_bytes,
        )
        required = config.sandbox == "required"
        self.admission = Admission(supervisor, self.sentry, required=required)

    def register(self, poller: zmq.Poller) -> None:
        """Have a poller wait for everything that `take` deals with."""
        poller.register(self._backend.socket, zmq.POLLIN)
        poller.register(self._backend.tickets.socket, zmq.POLLIN)
        poller.register(self._backend.connections.monitor, zmq.POLLIN)
        poller.register(self._supervisor.epoll.fileno(), zmq.POLLIN)
        poller.register(self._calls.fileno(), zmq.POLLIN)

    def start_due(self, now: float) -> None:
        """Start the workers whose time it is, and give up those that do not come."""
        for worker in self._supervisor.start_due(now):
            self._backend.expect(worker)
        self._supervisor.kill_unready(now)

    def take(self, stirred: Mapping[object, int]) -> None:
        """Take what has come in, from whatever the poller says has stirred."""
        self._take_connections(stirred)
        if self._calls.fileno() in stirred:
            for answered in self._calls.take():
                self._answer(answered)
        if self._backend.socket in stirred:
            self._take_events()
        if self._supervisor.stirs(stirred):
            # Reports that a worker sent before it died come first: they count.
            self._take_events()
            for exit_ in self._supervisor.reap():
                self._exited(exit_)
            for worker in self._supervisor.talkative():
                self._violation(worker, "endless words on its standard error")

    def keep_limits(self, now: float) -> None:
        """Look after what the workers take."""
        for worker, breach in self.sentry.look(now):
            self._execute(self._dispatcher.breached(worker, *breach, now))

    def carry_out(self, command: Assign | Kill | Retire) -> None:
        """Do what the dispatcher decided about a worker."""
        match command:
            case Assign():
                self._assign(command)
            case Kill(worker, reason):
                log.warning("worker_killed", worker=short(worker), reason=log.said(reason))
                self._forget(worker, self._supervisor.pid(worker))
                self._supervisor.kill(worker)
            case Retire(worker, reason):
                log.info("worker_retired", worker=short(worker), reason=reason)
                self._desk.stats.retirements.note(reason)
                self._forget(worker, self._supervisor.pid(worker))
                self._supervisor.retire(worker, time.monotonic())

    def stop(self, poller: zmq.Poller) -> None:
        """Have the workers end."""
        self._supervisor.stop()
        idle = self._dispatcher.idle
        for worker in self._supervisor.alive:
            if worker in idle:
                self._backend.stop(worker)
            else:
                self._supervisor.kill(worker)  # still starting, or with a job given up
        until = time.monotonic() + STOP_SECONDS
        while self._supervisor.alive and self._dispatcher.empty and time.monotonic() < until:
            poller.poll(50)
            for exit_ in self._supervisor.reap():
                self._backend.forget(exit_.worker)
            self._backend.receive()

    def _take_connections(self, stirred: Mapping[object, int]) -> None:
        if self._backend.tickets.socket in stirred:
            self._backend.tickets.answer()
        if self._backend.connections.monitor in stirred:
            for pid in self._backend.connections.receive():
                worker = self._supervisor.worker_of(pid)
                if worker is not None and self._backend.knows(worker):
                    self._violation(worker, "the worker connected again")

    def _take_events(self) -> None:
        for event in self._backend.receive():
            try:
                self._event(event)
            except Exception as error:  # noqa: BLE001 - one worker's words end that worker only
                log.error("internal_error", at=log.places(error))
                self._violation(event.worker, "what it said could not be dealt with")

    def _event(self, event: Event) -> None:
        self.sentry.heard(event.worker)
        if not isinstance(event, Violation) and not self._backend.knows(event.worker):
            return  # condemned or retired by what it said just before
        try:
            match event:
                case Reported(worker, accounts):
                    self._reported(worker, accounts)
                case Started():
                    self._started(event)
                case Called(worker, message, payload):
                    self._called(worker, message, payload)
                case Violation(worker, reason):
                    self._violation(worker, reason)
        except ProtocolError as error:
            self._violation(event.worker, str(error))

    def _started(self, started: Started) -> None:
        if self.admission.admit(started):
            self._execute(self._dispatcher.worker_ready(started.worker, time.monotonic()))
            self._desk.keeper.start()

    def _assign(self, assigned: Assign) -> None:
        worker = assigned.worker
        try:
            self._backend.assign(worker, assigned.jobs, new_realm=assigned.new_realm)
        except (ProtocolError, KeyError) as error:
            # A bug of ours; the job and the worker pay for it, nobody else.
            log.error("internal_error", at=log.places(error))
            self._violation(worker, "its job could not be sent")
        else:
            self.sentry.begun(worker, assigned.jobs[0].plan.steps)

    def _reported(self, worker: str, accounts: Sequence[Account]) -> None:
        cpu_seconds = self.sentry.done(worker)
        for account in accounts:
            job = self._dispatcher.running_on(worker)
            if job is None:
                return
            report = decode_report(account.document)
            size = len(account.document)
            verdict.judge(job.plan.steps, job.trigger, report, size, account.spans)
            # What no job is said to have taken is the last one's.
            said = sum(span.cpu_us for span in account.spans) / 1e6
            spent = cpu_seconds if account is accounts[-1] else min(said, cpu_seconds)
            cpu_seconds -= spent
            self._finish(worker, job, report, account.spans, spent)
        following = self._dispatcher.running_on(worker)
        if following is not None:
            self.sentry.begun(worker, following.plan.steps)

    def _finish(
        self,
        worker: str,
        job: Job,
        report: ReportDocument,
        spans: Sequence[Span],
        cpu_seconds: float,
    ) -> None:
        """Answer a job by its judged report; it took so much CPU."""
        fetches = self._calls.ended(worker)
        fault = verdict.exhausting(report)
        seconds = sum(span.wall_us for span in spans) / 1e6
        commands = self._dispatcher.reported(
            worker, time.monotonic(), cpu_seconds, seconds=seconds, fault=fault
        )
        # Assignments first: the worker should not wait while its last result is written.
        self._execute([command for command in commands if not isinstance(command, Complete)])
        self._supervisor.proved()
        complete = next((each for each in commands if isinstance(each, Complete)), None)
        if complete is None:
            return
        now = time.monotonic()
        costs = verdict.within_measure(spans, now - complete.started_at, cpu_seconds)
        result = answers.reported(job, report, costs, fetches.counts, (complete.started_at, now))
        if result.error is not None:
            # Not the message: it may quote what the script worked on.
            culprit = {"action": result.error.action, "kind": result.error.kind.value}
            log.info("action_failed", **job.named(), **culprit)
        self._desk.answer(job, result, fetches.seconds)

    def _called(self, worker: str, message: Call, payload: bytes) -> None:
        job = self._dispatcher.running_on(worker)
        if job is None:
            return  # condemned in the meantime
        if self._dispatcher.asked(worker):
            answered = self._calls.begin(worker, job, message, payload)
        else:
            answered = refuse(worker, message, "the job was given to another worker")
        if answered is not None:
            self._answer(answered)

    def _answer(self, answered: Answered) -> None:
        try:
            self._backend.answer(*answered)
        except (ProtocolError, KeyError) as error:
            log.error("internal_error", at=log.places(error))
            self._violation(answered.worker, "its call could not be answered")

    def _violation(self, worker: str, reason: str) -> None:
        log.error("protocol_violation", worker=short(worker), reason=log.said(reason))
        self._execute(self._dispatcher.violated(worker, reason, time.monotonic()))

    def _exited(self, exit_: Exit) -> None:
        now = time.monotonic()
        self._forget(exit_.worker, exit_.pid)
        with_job = self._dispatcher.running_on(exit_.worker) is not None
        level = log.info if exit_.retired else log.warning
        level("worker_exited", worker=short(exit_.worker), reason=exit_.cause.reason)
        if not exit_.retired:
            self._desk.stats.restarts.note(exit_.cause.reason)
        if exit_.places:
            log.error("worker_fault", worker=short(exit_.worker), at=exit_.places)
        self._supervisor.replace(exit_, with_job=with_job, now=now)
        kind, reason, culpable = exit_.cause
        lost = self._dispatcher.worker_lost(exit_.worker, kind, reason, now, culpable=culpable)
        self._execute(lost)

    def _forget(self, worker: str, pid: int | None) -> None:
        self._backend.forget(worker)
        self.sentry.gone(worker, pid)
        self._calls.ended(worker)
