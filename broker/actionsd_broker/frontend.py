"""The clients' socket: sessions, submissions in, results out.

Every client has a session under the identity that ZeroMQ gave its connection. A client
that breaks the protocol is told so once and forgotten.
"""

from __future__ import annotations

from collections import OrderedDict
from pathlib import Path
from typing import NamedTuple

import zmq

from actionsd_protocol import __version__
from actionsd_protocol.errors import ProtocolError
from actionsd_protocol.frames import FROM_CLIENT, MAX_FRAME_BYTES, encode
from actionsd_protocol.messages import Fault, Hello, Message, Result, Submit, Welcome
from actionsd_protocol.session import ClientSession, Role, State
from actionsd_protocol.triggers import TRIGGERS

_NOBLOCK = int(zmq.NOBLOCK)  # as a plain number: pyzmq combines its enum in Python

BATCH = 64
"""Messages taken at once, so that no side of the broker starves the other."""

SEND_HIGH_WATER_MARK = 100_000
"""Results that a client may leave unread; beyond that ZeroMQ drops them silently."""

MAX_SESSIONS = 10_000
"""Clients remembered; ZeroMQ does not say who has left, so the longest silent goes."""


class Peer(NamedTuple):
    """A client in one of its sessions: a result is for the session that asked for it."""

    identity: bytes
    session: ClientSession


class Submission(NamedTuple):
    """A job that a client asks for."""

    client: Peer
    message: Submit
    context: bytes


class Frontend:
    """Owns the ROUTER socket that clients connect to."""

    def __init__(
        self, context: zmq.Context[zmq.Socket[bytes]], endpoint: str, instance: str
    ) -> None:
        self.socket = context.socket(zmq.ROUTER)
        self.socket.setsockopt(zmq.MAXMSGSIZE, MAX_FRAME_BYTES)
        self.socket.setsockopt(zmq.SNDHWM, SEND_HIGH_WATER_MARK)
        self.socket.setsockopt(zmq.LINGER, 1000)
        self.socket.bind(endpoint)
        if endpoint.startswith("ipc://"):
            Path(endpoint.removeprefix("ipc://")).chmod(0o600)
        self._instance = instance
        self._sessions: OrderedDict[bytes, ClientSession] = OrderedDict()

    def receive(self) -> list[Submission]:
        """Take what has come in; everything but submissions is dealt with here."""
        submissions = []
        for _ in range(BATCH):
            try:
                client, *frames = self.socket.recv_multipart(_NOBLOCK)
            except zmq.Again:
                break
            submission = self._handle(client, frames)
            if submission is not None:
                submissions.append(submission)
        return submissions

    def reply(self, client: Peer, number: int, document: bytes) -> None:
        """Send a result, unless the session that asked for it has ended, or has it already."""
        current = self._sessions.get(client.identity) is client.session
        if current and number in client.session.in_flight:
            self._send(client.identity, client.session, Result(id=number), document)

    def close(self) -> None:
        """Send what is left and close."""
        self.socket.close()

    def _handle(self, client: bytes, frames: list[bytes]) -> Submission | None:
        session = self._session(client)
        try:
            message, payload = FROM_CLIENT.decode(frames)
            session.receive(message)
        except ProtocolError as error:
            self._fault(client, str(error))
            return None
        if isinstance(message, Hello):
            welcome = Welcome(
                broker=f"actionsd/{__version__}", instance=self._instance, triggers=list(TRIGGERS)
            )
            self._send(client, session, welcome)
        elif isinstance(message, Submit):
            return Submission(Peer(client, session), message, payload)
        else:
            del self._sessions[client]
        return None

    def _session(self, client: bytes) -> ClientSession:
        session = self._sessions.get(client)
        if session is None:
            session = self._sessions[client] = ClientSession(Role.BROKER)
            if len(self._sessions) > MAX_SESSIONS:
                self._sessions.popitem(last=False)
        else:
            self._sessions.move_to_end(client)
        return session

    def _fault(self, client: bytes, reason: str) -> None:
        del self._sessions[client]
        # A session of its own: the broken one must not send anything any more.
        session = ClientSession(Role.BROKER)
        session.state = State.OPEN
        self._send(client, session, Fault(message=reason[:1000]))

    def _send(
        self, client: bytes, session: ClientSession, message: Message, payload: bytes | None = None
    ) -> None:
        frames = encode(message, payload)
        session.send(message)
        # ROUTER drops what is for a client that has left, and never blocks.
        self.socket.send_multipart([client, *frames], _NOBLOCK)
