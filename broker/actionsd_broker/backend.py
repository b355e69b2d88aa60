"""The workers' socket: sessions, assignments out, reports in.

Workers are not trusted. Each is known by the ticket that let it in, which the supervisor
gave it and nobody else knows; ZeroMQ notes it on every message. Whatever breaks the
protocol is handed on as a `Violation`, for the worker to be killed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple, TypeAlias

import zmq

from actionsd_broker.connections import Connections
from actionsd_broker.job import Job
from actionsd_broker.script_cache import ScriptCache
from actionsd_broker.tickets import Tickets
from actionsd_protocol.errors import ProtocolError, RemoteProtocolError
from actionsd_protocol.frames import FROM_WORKER, MAX_FRAME_BYTES_FROM_WORKER, encode, frames
from actionsd_protocol.messages import (
    Answer,
    Assign,
    Call,
    Fetch,
    GetMetadata,
    Layer,
    Message,
    Ready,
    Report,
    SetMetadata,
    Span,
    Stop,
)
from actionsd_protocol.session import Role, WorkerSession

_NOBLOCK = int(zmq.NOBLOCK)  # as a plain number: pyzmq combines its enum in Python
_NOBLOCK_MORE = int(zmq.NOBLOCK | zmq.SNDMORE)

BATCH = 64
"""Messages taken at once, so that no side of the broker starves the other."""

SURPLUS_BATCH = 10_000
"""Frames of a message that is too long, taken at once: some 30 ms. There may be hundreds of
thousands, and ZeroMQ gives out nobody else's message before it has given out these."""

HIGH_WATER_MARK = 2
"""Frames that a worker may have under way; an honest one has one or two."""


class Started(NamedTuple):
    """A worker is ready for its first job, and says how its seal went."""

    worker: str
    pid: int
    v8: str
    layers: Sequence[Layer]


class Account(NamedTuple):
    """What a worker says of one job."""

    spans: Sequence[Span]
    document: bytes


class Reported(NamedTuple):
    """A worker has answered one or more of its jobs, in their order."""

    worker: str
    accounts: list[Account]


class Violation(NamedTuple):
    """A worker has broken the protocol."""

    worker: str
    reason: str


class Called(NamedTuple):
    """A worker asks for something on behalf of its job."""

    worker: str
    message: Call
    payload: bytes


Event: TypeAlias = Started | Reported | Called | Violation


class _Peer:
    """What the broker knows of one worker."""

    def __init__(self) -> None:
        self.session = WorkerSession(Role.BROKER)
        self.scripts = ScriptCache()


class Backend:
    """Owns the ROUTER socket that workers connect to, and the tickets that let them in."""

    def __init__(
        self,
        context: zmq.Context[zmq.Socket[bytes]],
        endpoint: str,
        is_worker: Callable[[int], bool],
    ) -> None:
        self.tickets = Tickets(context)
        self.socket = context.socket(zmq.ROUTER)
        self.tickets.guard(self.socket)
        self.socket.setsockopt(zmq.MAXMSGSIZE, MAX_FRAME_BYTES_FROM_WORKER)
        self.socket.setsockopt(zmq.RCVHWM, HIGH_WATER_MARK)
        self.socket.setsockopt(zmq.LINGER, 0)
        path = endpoint.removeprefix("ipc://")
        self.connections = Connections(self.socket, path, is_worker)
        self.socket.bind(endpoint)
        self._peers: dict[str, _Peer] = {}
        self._surplus = False  # whether more frames are to come of a message that is too long

    def expect(self, worker: str) -> None:
        """Let a worker of this identity in."""
        self._peers[worker] = _Peer()
        self.tickets.issue(worker)

    def forget(self, worker: str) -> None:
        """Ignore this identity from now on."""
        self._peers.pop(worker, None)
        self.tickets.withdraw(worker)

    def knows(self, worker: str) -> bool:
        """Tell whether a worker of this identity is still listened to."""
        return worker in self._peers

    def receive(self) -> list[Event]:
        """Take what has come in."""
        events: list[Event] = []
        for _ in range(BATCH):
            if self._surplus and not self._discard():
                break
            try:
                identity = self.socket.recv(_NOBLOCK, copy=False)
            except zmq.Again:
                break
            worker = str(identity.get("User-Id"))  # what the ticket said
            frame = self.socket.recv(_NOBLOCK, copy=False)
            self._surplus = frame.more
            events += self._handle(worker, identity.bytes, frame)
        # Whoever broke the protocol in this batch is not believed in the rest of it.
        broken = {event.worker for event in events if isinstance(event, Violation)}
        if not broken:
            return events
        return [e for e in events if isinstance(e, Violation) or e.worker not in broken]

    def assign(self, worker: str, jobs: Sequence[Job], *, new_realm: bool = False) -> None:
        """Send a worker its next jobs, with the scripts that it does not have."""
        peer = self._peers[worker]
        messages = []
        for job in jobs:
            scripts, forget = peer.scripts.deliver(job.plan.sources)
            message = Assign(
                job=job.number,
                trigger=job.trigger,
                steps=list(job.plan.steps),
                scripts=scripts,
                forget=forget,
                check=job.check,
                new_realm=new_realm,
            )
            new_realm = False  # those after it share the first one's
            messages.append(encode(message, job.context))
            peer.session.send(message)
        self._send(worker, messages)

    def answer(self, worker: str, message: Answer, payload: bytes) -> None:
        """Send a worker the answer to its call."""
        encoded = encode(message, payload)
        self._peers[worker].session.send(message)
        self._send(worker, [encoded])

    def stop(self, worker: str) -> None:
        """Tell an idle worker to exit."""
        stop = Stop()
        self._peers[worker].session.send(stop)
        self._send(worker, [encode(stop)])

    def close(self) -> None:
        """Close, dropping what workers have not taken."""
        self.connections.close()
        self.socket.close()
        self.tickets.close()

    def _discard(self) -> bool:
        """Take a good deal of the frames that nobody wants; tell whether that was all."""
        for _ in range(SURPLUS_BATCH):
            if not self.socket.recv(_NOBLOCK, copy=False).more:
                self._surplus = False
                return True
        return False

    def _handle(self, worker: str, identity: bytes, frame: zmq.Frame) -> list[Event]:
        peer = self._peers.get(worker)
        if peer is None:
            return []  # condemned already
        events: list[Event] = []
        try:
            if identity != worker.encode():
                # By this name it would be given another's jobs.
                raise RemoteProtocolError("comes under a false name")
            if frame.more:
                raise RemoteProtocolError("a message has one frame, this one more")
            for message, payload in FROM_WORKER.decode(frame.bytes):
                peer.session.receive(message)
                _add(events, worker, message, payload)
        except ProtocolError as error:
            self.forget(worker)
            events.append(Violation(worker, str(error)))
        return events

    def _send(self, worker: str, messages: Sequence[bytes]) -> None:
        name = worker.encode()
        for whole in frames(messages):
            self.socket.send(name, _NOBLOCK_MORE)
            self.socket.send(whole, _NOBLOCK)


def _add(events: list[Event], worker: str, message: Message, payload: bytes) -> None:
    """Add what a message of a worker's is to the events of its frame."""
    if isinstance(message, Report):
        account = Account(message.spans, payload)
        if events and isinstance(events[-1], Reported):
            events[-1].accounts.append(account)
        else:
            events.append(Reported(worker, [account]))
    elif isinstance(message, Ready):
        events.append(Started(worker, message.pid, message.v8, message.layers))
    elif isinstance(message, Fetch | GetMetadata | SetMetadata):
        events.append(Called(worker, message, payload))
