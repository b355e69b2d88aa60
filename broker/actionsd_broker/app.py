"""The broker's one loop: sockets, processes and signals in, the dispatcher's commands out.

Everything happens on one thread, so nothing here needs a lock. What is decided is decided
elsewhere; who asked is the `desk`'s affair, and the workers are the `crew`'s.
"""

from __future__ import annotations

import math
import signal
import socket
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import zmq

from actionsd_broker import log
from actionsd_broker.annex import Annex
from actionsd_broker.backend import Backend
from actionsd_broker.calls import Calls
from actionsd_broker.config import Config
from actionsd_broker.control import Control
from actionsd_broker.crew import Crew
from actionsd_broker.decisions import Command, Complete, Fail, Skip
from actionsd_broker.desk import Desk
from actionsd_broker.dispatcher import Dispatcher
from actionsd_broker.errors import OperatorError, StartError
from actionsd_broker.fetch.rules import Rule
from actionsd_broker.fetch.vault import Vault
from actionsd_broker.frontend import Frontend, Question
from actionsd_broker.service_manager import ServiceManager
from actionsd_broker.staff import ScaleError
from actionsd_broker.supervisor import Quarters, Supervisor
from actionsd_broker.switch_keeper import SwitchKeeper
from actionsd_protocol.messages import Layer

_STEPS: dict[int, str] = {signal.SIGTTIN: "+1", signal.SIGTTOU: "-1"}
"""How many workers more these signals mean."""


class Endpoints(NamedTuple):
    """Where clients connect, where workers do, and a directory that is empty for them."""

    clients: str
    workers: str
    empty: Path

    @classmethod
    def within(cls, directory: Path, clients: str, prefix: str = "") -> Endpoints:
        """Return endpoints whose own things are in a directory that nobody else can reach."""
        return cls(clients, f"ipc://{directory}/{prefix}workers", directory / f"{prefix}empty")


class ReadyLine(NamedTuple):
    """What a broker says of itself when it is ready.

    `layers` are those of a worker's seal, `missing` what of it does not stand.
    """

    endpoint: str
    v8: str
    workers: int
    layers: list[Layer]
    missing: list[Layer]


class Surroundings(NamedTuple):
    """What a daemon has around its broker; one that runs a single job has nothing."""

    annex: Annex | None = None
    switches: SwitchKeeper | None = None
    manager: ServiceManager | None = None


class App:
    """A broker: construct, `run` until told to stop.

    `open_vault` reads the secrets: at the start, and again when the registry is. As long as
    `around.switches` has everything off, nothing that is wrong with workers, registry or
    secrets keeps clients from being served. `around.annex` is started when the broker is
    ready, and stopped before it drains.
    """

    def __init__(
        self,
        config: Config,
        endpoints: Endpoints,
        on_ready: Callable[[ReadyLine], None] = lambda _: None,
        open_vault: Callable[[], Vault] = Vault,
        around: Surroundings | None = None,
    ) -> None:
        around = around or Surroundings()
        self._annex = around.annex or Annex()
        self._manager = around.manager or ServiceManager({}, 0)
        self._switches = around.switches or SwitchKeeper(None)
        self._reloading = False
        self._secrets_error: OperatorError | None = None
        self._config = config
        self._endpoints = endpoints
        self._on_ready = on_ready
        self._open_vault = open_vault
        self._ready = False
        self._stopping = False
        self._draining_since: float | None = None
        self._dispatcher = Dispatcher(config)
        self._wake_read, self._wake_write = socket.socketpair()
        for end in (self._wake_read, self._wake_write):
            end.settimeout(0)

    def run(self) -> None:
        """Serve until SIGTERM, SIGINT or `stop`.

        Raises StartError if workers cannot be started, RegistryError or MetadataFileError if
        what the configuration names cannot be used.
        """
        config = self._config
        registry = None if config.registry is None else Path(config.registry)
        self._switches.open()
        switches = self._switches.switches
        self._desk = Desk(self._dispatcher, self._execute, registry, lenient=switches.everything)
        self._execute(self._dispatcher.switch(switches, time.monotonic()))
        self._calls = Calls(config, self._first_vault(), self._find_rules)
        self._calls.start()
        try:
            self._open()
            self._loop()
        finally:
            self._calls.close()
            self._wake_read.close()
            self._wake_write.close()

    def stop(self) -> None:
        """Drain and return from `run`; may be called from any thread."""
        self._wake_write.send(bytes([signal.SIGTERM]))

    @property
    def wakeup_fd(self) -> int:
        """A descriptor for `signal.set_wakeup_fd`: bytes written to it are signal numbers."""
        return self._wake_write.fileno()

    def _open(self) -> None:
        config = self._config
        self._endpoints.empty.mkdir(mode=0o755, exist_ok=True)
        quarters = Quarters(
            socket=self._endpoints.workers.removeprefix("ipc://"),
            empty=str(self._endpoints.empty),
            memory_mib=config.memory_mib,
            jitless=config.jitless,
        )
        self._supervisor = Supervisor(config.workers + config.spares, quarters)
        # Not the one that a client in this process may use: ZeroMQ asks about workers in
        # the context of their socket.
        self._context = zmq.Context()
        instance = f"{time.time_ns():x}"
        try:
            self._frontend = Frontend(self._context, self._endpoints.clients, instance)
            self._backend = Backend(
                self._context, self._endpoints.workers, self._supervisor.employs
            )
        except zmq.ZMQError as error:
            raise StartError(f"endpoint {self._endpoints.clients}: {error}") from error
        self._desk.open(self._frontend, self._answer)
        self._crew = Crew(
            config, self._desk, self._supervisor, self._backend, self._calls, self._execute
        )
        self._control = Control(
            self._desk,
            self._supervisor,
            self._switches,
            config.spares,
            self._execute,
            self._crew.admission.describe,
        )

    def _find_rules(self, tenant: str, action: str) -> tuple[Rule, ...]:
        return self._desk.keeper.registry.rules(tenant, action)

    def _first_vault(self) -> Vault:
        try:
            return self._open_vault()
        except OperatorError as error:
            if not self._dispatcher.everything_off:
                raise
            log.error("secrets_refused", problem=str(error))
            self._secrets_error = error
            return Vault()

    def _loop(self) -> None:
        poller = zmq.Poller()
        self._crew.register(poller)
        poller.register(self._wake_read.fileno(), zmq.POLLIN)
        try:
            # Whether jobs can be run at all is asked before it is said that they are.
            while not self._drained():
                if not self._ready and self._is_ready():
                    self._announce()
                    # Clients that came early have waited in ZeroMQ.
                    poller.register(self._frontend.socket, zmq.POLLIN)
                    self._annex.open(poller, time.monotonic())
                self._turn(poller)
            if self._ready:
                poller.unregister(self._frontend.socket)
            self._crew.stop(poller)
            log.info("stopped")
        finally:
            self._annex.close()
            self._supervisor.close()
            self._frontend.close()
            self._backend.close()
            self._context.term()

    def _turn(self, poller: zmq.Poller) -> None:
        now = time.monotonic()
        self._crew.start_due(now)
        stirred = dict(poller.poll(self._patience_ms(now)))
        self._crew.take(stirred)
        if self._frontend.socket in stirred:
            self._desk.take_requests()
        if self._wake_read.fileno() in stirred:
            for number in self._wake_read.recv(64):
                self._signal(number)
        now = time.monotonic()
        self._annex.look(now, stirred)
        if self._stopping:
            self._drain(now)
        self._crew.keep_limits(now)
        self._control.look(now)
        self._manager.beat(now)
        if self._reloading and not self._desk.keeper.busy:
            self._reloading = False
            self._manager.ready(f"serving {self._endpoints.clients}")
        self._execute(self._dispatcher.tick(now))
        self._frontend.flush()

    def _patience_ms(self, now: float) -> int:
        deadlines = [
            self._dispatcher.next_deadline(),
            self._supervisor.next_deadline(),
            self._switches.next_look,
            self._manager.next_beat,
            self._annex.next_deadline(),
            None
            if self._draining_since is None
            else self._draining_since + self._config.drain_seconds,
        ]
        nearest = min((at for at in deadlines if at is not None), default=math.inf)
        return max(0, int((min(nearest, self._crew.sentry.next_look) - now) * 1000) + 1)

    def _drained(self) -> bool:
        if not self._dispatcher.everything_off:
            self._check_fitness()
        if self._draining_since is None:
            return False
        late = time.monotonic() - self._draining_since > self._config.drain_seconds
        if late:
            self._desk.abandon()
        return late or self._dispatcher.empty

    def _check_fitness(self) -> None:
        """Raise what keeps this broker from running any job."""
        self._desk.keeper.raise_start_error()
        if self._secrets_error is not None:
            raise self._secrets_error
        if not self._ready:
            self._crew.admission.check()
        if self._supervisor.hopeless:
            words = self._supervisor.last_words
            raise StartError(
                "workers do not start" + (f"; the last one said:\n{words}" * bool(words))
            )

    def _signal(self, number: int) -> None:
        if number == signal.SIGHUP and not self._stopping:
            self._reload()
        elif number in _STEPS:
            try:
                self._control.scale(_STEPS[number])
            except ScaleError as error:
                log.warning("not_scaled", reason=str(error))
        elif number in (signal.SIGTERM, signal.SIGINT):
            self._manager.stopping()
            log.info("draining", jobs=self._desk.jobs)
            if self._stopping:
                self._draining_since = float("-inf")
            self._stopping = True
            self._annex.stop(time.monotonic())

    def _drain(self, now: float) -> None:
        # The annex is a client: what it has under way is to be answered first.
        if self._draining_since is None and self._annex.gone:
            self._dispatcher.drain()
            self._draining_since = now

    def _answer(self, question: Question) -> None:
        self._control.answer(question, self._frontend.tell)

    def _reload(self) -> None:
        self._reloading = True
        self._manager.reloading(time.monotonic())
        try:
            self._calls.use(self._open_vault())
        except OperatorError as error:
            log.error("secrets_refused", problem=str(error))
        else:
            log.info("secrets_loaded")
            self._secrets_error = None
        self._desk.keeper.reload()

    def _execute(self, commands: Sequence[Command]) -> None:
        for command in commands:
            match command:
                case Fail():
                    self._desk.fail(command)
                case Skip():
                    self._desk.skip(command)
                case Complete():
                    raise AssertionError("a report is completed where it is received")
                case _:
                    self._crew.carry_out(command)

    def _is_ready(self) -> bool:
        if self._dispatcher.everything_off:
            return True
        enough = self._supervisor.ready_count >= self._dispatcher.workers
        return enough and self._desk.keeper.ready

    def _announce(self) -> None:
        self._ready = True
        self._crew.sentry.rest()
        admission = self._crew.admission
        line = ReadyLine(
            endpoint=self._endpoints.clients,
            v8=admission.v8,
            workers=self._dispatcher.workers,
            layers=admission.layers,
            missing=admission.missing,
        )
        log.info("ready", endpoint=line.endpoint, v8=line.v8, workers=line.workers)
        admission.announce()
        self._on_ready(line)
        self._manager.ready(f"serving {line.endpoint}")
