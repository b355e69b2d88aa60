"""The broker's one loop: sockets, processes and signals in, the dispatcher's commands out.

Everything happens on one thread, so nothing here needs a lock. What is decided is decided
elsewhere; this module carries it out and keeps account of who asked for which job.
"""

from __future__ import annotations

import signal
import socket
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple, TypeAlias

import zmq

from actionsd_broker import answers, log, verdict
from actionsd_broker.admission import Admission
from actionsd_broker.backend import Backend, Event, Reported, Started, Violation
from actionsd_broker.config import Config
from actionsd_broker.dispatcher import (
    Assign,
    Command,
    Complete,
    Dispatcher,
    Fail,
    Kill,
    Retire,
)
from actionsd_broker.errors import StartError
from actionsd_broker.frontend import Frontend, Peer, Submission
from actionsd_broker.job import Job
from actionsd_broker.plan import Plan, Planner
from actionsd_broker.registry_check import CheckJob
from actionsd_broker.registry_keeper import RegistryKeeper
from actionsd_broker.sentry import Sentry
from actionsd_broker.supervisor import Exit, Quarters, Supervisor, short
from actionsd_protocol.errors import FailureKind, ProtocolError
from actionsd_protocol.messages import Layer, Span
from actionsd_protocol.report import decode_report
from actionsd_protocol.result import JobResult
from actionsd_protocol.triggers import TRIGGERS, resolve_trigger

STOP_SECONDS = 2.0
"""What idle workers get to exit by themselves at the end."""


class Endpoints(NamedTuple):
    """Where clients connect, where workers do, and a directory that is empty for them."""

    clients: str
    workers: str
    empty: Path

    @classmethod
    def within(cls, directory: Path, clients: str, prefix: str = "") -> Endpoints:
        """Return endpoints whose own things are in a directory that nobody else can reach."""
        return cls(clients, f"ipc://{directory}/{prefix}workers", directory / f"{prefix}empty")


class _Client(NamedTuple):
    """Who asked for a job: a client, under its own number for it."""

    peer: Peer
    number: int


_Origin: TypeAlias = _Client | RegistryKeeper


class ReadyLine(NamedTuple):
    """What a broker says of itself when it is ready.

    `layers` are those of a worker's seal, `missing` what of it does not stand.
    """

    endpoint: str
    v8: str
    workers: int
    layers: list[Layer]
    missing: list[Layer]


class App:
    """A broker: construct, `run` until told to stop."""

    def __init__(
        self,
        config: Config,
        endpoints: Endpoints,
        on_ready: Callable[[ReadyLine], None] = lambda _: None,
    ) -> None:
        self._config = config
        self._endpoints = endpoints
        self._on_ready = on_ready
        self._ready = False
        self._planner = Planner()
        self._origins: dict[int, _Origin] = {}
        self._next_number = 1
        self._draining_since: float | None = None
        self._dispatcher = Dispatcher(config)
        self._wake_read, self._wake_write = socket.socketpair()
        for end in (self._wake_read, self._wake_write):
            end.settimeout(0)

    # The loop

    def run(self) -> None:
        """Serve until SIGTERM, SIGINT or `stop`.

        Raises StartError if workers cannot be started, RegistryError if the registry that
        the configuration names cannot be used.
        """
        directory = None if self._config.registry is None else Path(self._config.registry)
        self._keeper = RegistryKeeper(directory, self._submit_check, self._announce)
        instance = f"{time.time_ns():x}"
        count = self._config.workers + self._config.spares
        self._supervisor = Supervisor(count, self._quarters())
        # Not the one that a client in this process may use: ZeroMQ asks about workers in
        # the context of their socket.
        context = zmq.Context()
        try:
            self._frontend = Frontend(context, self._endpoints.clients, instance)
            self._backend = Backend(context, self._endpoints.workers, self._supervisor.employs)
        except zmq.ZMQError as error:
            raise StartError(f"endpoint {self._endpoints.clients}: {error}") from error
        self._sentry = Sentry(
            self._config.memory_mib * 2**20,
            self._backend.connections,
            worker_of=self._supervisor.worker_of,
            waiting_bytes=lambda: self._dispatcher.waiting_bytes,
        )
        required = self._config.sandbox == "required"
        self._admission = Admission(self._supervisor, self._sentry, required=required)
        try:
            self._loop()
        finally:
            self._supervisor.close()
            self._frontend.close()
            self._backend.close()
            context.term()
            self._wake_read.close()
            self._wake_write.close()

    def _quarters(self) -> Quarters:
        self._endpoints.empty.mkdir(mode=0o755, exist_ok=True)
        return Quarters(
            socket=self._endpoints.workers.removeprefix("ipc://"),
            empty=str(self._endpoints.empty),
            memory_mib=self._config.memory_mib,
            jitless=self._config.jitless,
        )

    def stop(self) -> None:
        """Drain and return from `run`; may be called from any thread."""
        self._wake_write.send(bytes([signal.SIGTERM]))

    @property
    def wakeup_fd(self) -> int:
        """A descriptor for `signal.set_wakeup_fd`: bytes written to it are signal numbers."""
        return self._wake_write.fileno()

    def _loop(self) -> None:
        poller = zmq.Poller()
        poller.register(self._backend.socket, zmq.POLLIN)
        poller.register(self._backend.tickets.socket, zmq.POLLIN)
        poller.register(self._backend.connections.monitor, zmq.POLLIN)
        poller.register(self._supervisor.epoll.fileno(), zmq.POLLIN)
        poller.register(self._wake_read.fileno(), zmq.POLLIN)
        while not self._drained():
            self._turn(poller)
            if self._ready and self._frontend.socket not in poller:
                # Clients that came early wait in ZeroMQ until there is somebody to serve them.
                poller.register(self._frontend.socket, zmq.POLLIN)
        self._stop_workers(poller)

    def _turn(self, poller: zmq.Poller) -> None:
        now = time.monotonic()
        for worker in self._supervisor.start_due(now):
            self._backend.expect(worker)
        self._supervisor.kill_unready(now)
        stirred = dict(poller.poll(self._patience_ms(now)))
        self._take_connections(stirred)
        if self._backend.socket in stirred:
            self._take_events()
        if self._supervisor.epoll.fileno() in stirred:
            # Reports that a worker sent before it died come first: they count.
            self._take_events()
            for exit_ in self._supervisor.reap():
                self._worker_exit(exit_)
            for worker in self._supervisor.talkative():
                self._violation(worker, "endless words on its standard error")
        if self._frontend.socket in stirred:
            self._take_submissions()
        if self._wake_read.fileno() in stirred:
            for number in self._wake_read.recv(64):
                self._signal(number)
        self._keep_limits(time.monotonic())

    def _take_connections(self, stirred: Mapping[object, int]) -> None:
        if self._backend.tickets.socket in stirred:
            self._backend.tickets.answer()
        if self._backend.connections.monitor in stirred:
            for pid in self._backend.connections.receive():
                worker = self._supervisor.worker_of(pid)
                if worker is not None:
                    self._violation(worker, "the worker connected again")

    def _keep_limits(self, now: float) -> None:
        for worker, breach in self._sentry.look(now):
            self._execute(self._dispatcher.breached(worker, *breach, now))
        self._execute(self._dispatcher.tick(now))

    def _take_events(self) -> None:
        for event in self._backend.receive():
            try:
                self._backend_event(event)
            except Exception as error:  # noqa: BLE001 - one worker's words end that worker only
                log.error("internal_error", at=log.places(error))
                self._violation(event.worker, "what it said could not be dealt with")

    def _take_submissions(self) -> None:
        for submission in self._frontend.receive():
            try:
                self._submit(submission)
            except Exception as error:  # noqa: BLE001 - one client's job fails that job only
                log.error("internal_error", at=log.places(error))
                origin = _Client(submission.client, submission.message.id)
                self._refuse(origin, FailureKind.INTERNAL, "the broker failed; see its log")

    def _patience_ms(self, now: float) -> int | None:
        deadlines = [
            self._dispatcher.next_deadline(),
            self._supervisor.next_deadline(),
            self._sentry.next_look,
            None
            if self._draining_since is None
            else self._draining_since + self._config.drain_seconds,
        ]
        nearest = min((at for at in deadlines if at is not None), default=None)
        return None if nearest is None else max(0, int((nearest - now) * 1000) + 1)

    def _drained(self) -> bool:
        self._keeper.raise_start_error()
        if not self._ready:
            self._admission.check()
        if self._supervisor.hopeless:
            words = self._supervisor.last_words
            raise StartError(
                "workers do not start" + (f"; the last one said:\n{words}" * bool(words))
            )
        if self._draining_since is None:
            return False
        late = time.monotonic() - self._draining_since > self._config.drain_seconds
        if late:
            self._abandon_jobs()
        return late or self._dispatcher.empty

    def _abandon_jobs(self) -> None:
        log.warning("drain_gave_up", jobs=len(self._origins))
        for origin in list(self._origins.values()):
            self._refuse(origin, FailureKind.WORKER_LOST, "the broker was shut down")

    def _stop_workers(self, poller: zmq.Poller) -> None:
        self._supervisor.stop()
        if self._frontend.socket in poller:
            poller.unregister(self._frontend.socket)
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
        log.info("stopped")

    def _signal(self, number: int) -> None:
        if number == signal.SIGHUP and self._draining_since is None:
            self._keeper.reload()
        elif number in (signal.SIGTERM, signal.SIGINT):
            again = self._draining_since is not None
            log.info("draining", jobs=len(self._origins))
            self._dispatcher.drain()
            self._draining_since = float("-inf") if again else time.monotonic()

    # Jobs

    def _submit(self, submission: Submission) -> None:
        message = submission.message
        origin = _Client(submission.client, message.id)
        trigger = resolve_trigger(message.trigger)
        if trigger is None:
            known = ", ".join(TRIGGERS)
            text = f"unknown trigger {message.trigger!r}; there is: {known}"
            self._refuse(origin, FailureKind.UNKNOWN_TRIGGER, text)
            return
        if message.actions is None:
            plan = self._keeper.registry.plan(message.tenant, trigger)
        else:
            plan = self._planner.plan(message.actions)
        if not plan.steps:
            self._answer(origin, answers.nothing_to_do())
            return
        self._accept(origin, message.tenant, trigger, plan, submission.context, check=message.check)

    def _accept(
        self,
        origin: _Origin,
        tenant: str,
        trigger: str,
        plan: Plan,
        context: bytes,
        *,
        check: bool,
    ) -> None:
        now = time.monotonic()
        number, self._next_number = self._next_number, self._next_number + 1
        self._origins[number] = origin
        job = Job(number, tenant, trigger, plan, context, check, now)
        self._execute(self._dispatcher.submit(job, now))

    def _refuse(self, origin: _Origin, kind: FailureKind, message: str) -> None:
        self._answer(origin, answers.refused(kind, message))

    def _answer(self, origin: _Origin, result: JobResult) -> None:
        if isinstance(origin, RegistryKeeper):
            origin.answer(result)
        else:
            self._frontend.reply(origin.peer, origin.number, answers.encode(result))

    def _submit_check(self, check: CheckJob) -> None:
        # A queue of its own, with a name that no client can give: a tenant's flood must not
        # keep its registry from being checked.
        tenant = f"\0{check.tenant}"
        self._accept(self._keeper, tenant, check.trigger, check.plan, b"{}", check=True)

    def _execute(self, commands: Sequence[Command]) -> None:
        for command in commands:
            match command:
                case Assign():
                    self._assign(command)
                case Fail():
                    self._fail(command)
                case Kill(worker, reason):
                    log.warning("worker_killed", worker=short(worker), reason=log.said(reason))
                    self._forget(worker, self._supervisor.pid(worker))
                    self._supervisor.kill(worker)
                case Retire(worker, reason):
                    log.info("worker_retired", worker=short(worker), reason=reason)
                    self._forget(worker, self._supervisor.pid(worker))
                    self._supervisor.retire(worker, time.monotonic())
                case Complete():
                    raise AssertionError("a report is completed where it is received")

    def _assign(self, assigned: Assign) -> None:
        worker = assigned.worker
        try:
            self._backend.assign(worker, assigned.job, new_realm=assigned.new_realm)
        except (ProtocolError, KeyError) as error:
            # A bug of ours; the job and the worker pay for it, nobody else.
            log.error("internal_error", at=log.places(error))
            self._violation(worker, "its job could not be sent")
        else:
            self._sentry.begun(worker, assigned.job.plan.steps)

    def _fail(self, failed: Fail) -> None:
        job = failed.job
        log.warning("job_failed", tenant=job.tenant, trigger=job.trigger, kind=failed.kind.value)
        self._answer(self._origins.pop(job.number), answers.failed(failed, time.monotonic()))

    # Workers

    def _backend_event(self, event: Event) -> None:
        self._sentry.heard(event.worker)
        match event:
            case Reported(worker, spans, document):
                self._reported(worker, spans, document)
            case Started():
                self._started(event)
            case Violation(worker, reason):
                self._violation(worker, reason)

    def _started(self, started: Started) -> None:
        try:
            admitted = self._admission.admit(started)
        except ProtocolError as error:
            self._violation(started.worker, str(error))
            return
        if admitted:
            self._execute(self._dispatcher.worker_ready(started.worker, time.monotonic()))
            self._keeper.start()
            self._announce()

    def _reported(self, worker: str, spans: Sequence[Span], document: bytes) -> None:
        job = self._dispatcher.running_on(worker)
        if job is None:
            return
        try:
            report = decode_report(document)
            verdict.judge(job.plan.steps, job.trigger, report, spans)
        except ProtocolError as error:
            self._violation(worker, str(error))
            return
        fault = verdict.exhausting(report)
        cpu_seconds = self._sentry.done(worker)
        commands = self._dispatcher.reported(worker, time.monotonic(), fault=fault)
        # Assignments first: the worker should not wait while its last result is written.
        done = [command for command in commands if isinstance(command, Complete)]
        self._execute([command for command in commands if not isinstance(command, Complete)])
        self._supervisor.proved()
        for command in done:
            now = time.monotonic()
            costs = verdict.within_measure(spans, now - command.started_at, cpu_seconds)
            result = answers.reported(job, report, costs, command.started_at, now)
            if result.error is not None:
                # Not the message: it may quote what the script worked on.
                who = {"tenant": job.tenant, "trigger": job.trigger, "action": result.error.action}
                log.info("action_failed", **who, kind=result.error.kind.value)
            self._answer(self._origins.pop(job.number), result)

    def _violation(self, worker: str, reason: str) -> None:
        log.error("protocol_violation", worker=short(worker), reason=log.said(reason))
        self._execute(self._dispatcher.violated(worker, reason, time.monotonic()))

    def _worker_exit(self, exit_: Exit) -> None:
        now = time.monotonic()
        self._forget(exit_.worker, exit_.pid)
        with_job = self._dispatcher.running_on(exit_.worker) is not None
        level = log.info if exit_.retired else log.warning
        level("worker_exited", worker=short(exit_.worker), reason=exit_.cause.reason)
        if exit_.places:
            log.error("worker_fault", worker=short(exit_.worker), at=exit_.places)
        self._supervisor.replace(exit_, with_job=with_job, now=now)
        kind, reason, culpable = exit_.cause
        lost = self._dispatcher.worker_lost(exit_.worker, kind, reason, now, culpable=culpable)
        self._execute(lost)

    def _forget(self, worker: str, pid: int | None) -> None:
        self._backend.forget(worker)
        self._sentry.gone(worker, pid)

    def _announce(self) -> None:
        enough = self._supervisor.ready_count >= self._config.workers
        if self._ready or not enough or not self._keeper.ready:
            return
        self._ready = True
        self._sentry.rest()
        line = ReadyLine(
            endpoint=self._endpoints.clients,
            v8=self._admission.v8,
            workers=self._config.workers,
            layers=self._admission.layers,
            missing=self._admission.missing,
        )
        log.info("ready", endpoint=line.endpoint, v8=line.v8, workers=line.workers)
        self._admission.announce()
        self._on_ready(line)
