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
from actionsd_protocol.frames import FROM_WORKER, MAX_FRAME_BYTES, MOST_FRAMES, encode
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

BATCH = 64
"""Messages taken at once, so that no side of the broker starves the other."""

SURPLUS_BATCH = 10_000
"""Frames of a message that is too long, taken at once: some 30 ms. There may be hundreds of
thousands, and ZeroMQ gives out nobody else's message before it has given out these."""

HIGH_WATER_MARK = 2
"""Messages that a worker may have under way; an honest one has one."""


class Started(NamedTuple):
    """A worker is ready for its first job, and says how its seal went."""

    worker: str
    pid: int
    v8: str
    layers: Sequence[Layer]


class Reported(NamedTuple):
    """A worker has answered its job."""

    worker: str
    spans: Sequence[Span]
    document: bytes


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
        self.socket.setsockopt(zmq.MAXMSGSIZE, MAX_FRAME_BYTES)
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
            event = self._handle(worker, identity.bytes, self._frames())
            if event is not None:
                events.append(event)
        # Whoever broke the protocol in this batch is not believed in the rest of it.
        broken = {event.worker for event in events if isinstance(event, Violation)}
        return [e for e in events if isinstance(e, Violation) or e.worker not in broken]

    def assign(self, worker: str, job: Job, *, new_realm: bool = False) -> None:
        """Send a worker its next job, with the scripts that it does not have."""
        scripts, forget = self._peers[worker].scripts.deliver(job.plan.sources)
        message = Assign(
            job=job.number,
            trigger=job.trigger,
            steps=list(job.plan.steps),
            scripts=scripts,
            forget=forget,
            check=job.check,
            new_realm=new_realm,
        )
        self._send(worker, message, job.context)

    def answer(self, worker: str, message: Answer, payload: bytes) -> None:
        """Send a worker the answer to its call."""
        self._send(worker, message, payload)

    def stop(self, worker: str) -> None:
        """Tell an idle worker to exit."""
        self._send(worker, Stop())

    def close(self) -> None:
        """Close, dropping what workers have not taken."""
        self.connections.close()
        self.socket.close()
        self.tickets.close()

    def _frames(self) -> list[bytes]:
        """Take the frames of a message, one more than it may have at the most."""
        frames: list[bytes] = []
        while len(frames) <= MOST_FRAMES:
            frame = self.socket.recv(_NOBLOCK, copy=False)
            frames.append(frame.bytes)
            if not frame.more:
                return frames
        self._surplus = True
        return frames

    def _discard(self) -> bool:
        """Take a good deal of the frames that nobody wants; tell whether that was all."""
        for _ in range(SURPLUS_BATCH):
            if not self.socket.recv(_NOBLOCK, copy=False).more:
                self._surplus = False
                return True
        return False

    def _handle(self, worker: str, identity: bytes, frames: list[bytes]) -> Event | None:
        peer = self._peers.get(worker)
        if peer is None:
            return None  # condemned already
        try:
            if identity != worker.encode():
                # By this name it would be given another's jobs.
                raise RemoteProtocolError("comes under a false name")
            message, payload = FROM_WORKER.decode(frames)
            peer.session.receive(message)
        except ProtocolError as error:
            self.forget(worker)
            return Violation(worker, str(error))
        if isinstance(message, Ready):
            return Started(worker, message.pid, message.v8, message.layers)
        if isinstance(message, Report):
            return Reported(worker, message.spans, payload)
        if isinstance(message, Fetch | GetMetadata | SetMetadata):
            return Called(worker, message, payload)
        return Violation(worker, f"{type(message).__name__} is not for a broker")

    def _send(self, worker: str, message: Message, payload: bytes | None = None) -> None:
        frames = encode(message, payload)
        self._peers[worker].session.send(message)
        self.socket.send_multipart([worker.encode(), *frames], _NOBLOCK)
