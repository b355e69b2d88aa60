"""The clients' socket: sessions, submissions in, results out.

Every client has a session under the identity that ZeroMQ gave its connection. A client
that breaks the protocol is told so once and forgotten.
"""

from __future__ import annotations

from collections import OrderedDict
from pathlib import Path
from typing import NamedTuple, TypeAlias

import zmq

from actionsd_protocol import __version__
from actionsd_protocol.errors import ProtocolError, RemoteProtocolError
from actionsd_protocol.frames import FROM_CLIENT, MAX_FRAME_BYTES, encode, frames
from actionsd_protocol.messages import (
    Ask,
    Fault,
    Hello,
    Message,
    Result,
    Submit,
    Told,
    Welcome,
)
from actionsd_protocol.session import ClientSession, Role, State
from actionsd_protocol.triggers import TRIGGERS

_NOBLOCK = int(zmq.NOBLOCK)  # as a plain number: pyzmq combines its enum in Python

BATCH = 64
"""Frames taken at once, or requests, so that no side of the broker starves the other."""

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


class Question(NamedTuple):
    """What an operator asks for through a client."""

    client: Peer
    message: Ask


Request: TypeAlias = Submission | Question


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
        self._replies: dict[bytes, list[bytes]] = {}

    def receive(self) -> list[Request]:
        """Take what has come in; what is about the session only is dealt with here."""
        requests: list[Request] = []
        for _ in range(BATCH):
            try:
                client, *parts = self.socket.recv_multipart(_NOBLOCK)
            except zmq.Again:
                break
            requests += self._handle(client, parts)
            if len(requests) >= BATCH:
                break
        return requests

    def reply(self, client: Peer, number: int, document: bytes) -> None:
        """Have a result sent, unless its session has ended, or has it already; see `flush`."""
        current = self._sessions.get(client.identity) is client.session
        if current and number in client.session.in_flight:
            self._send(client.identity, client.session, Result(id=number), document)

    def tell(self, question: Question, error: str | None, document: bytes) -> None:
        """Have an answer to a question sent, unless its session has ended; see `flush`."""
        client, number = question.client, question.message.id
        current = self._sessions.get(client.identity) is client.session
        if current and number in client.session.questions:
            told = Told(id=number, error=None if error is None else error[:1000])
            self._send(client.identity, client.session, told, document)

    def flush(self) -> None:
        """Send what was given to `reply`: the results of one client share a frame."""
        for client, messages in self._replies.items():
            for whole in frames(messages):
                # ROUTER drops what is for a client that has left, and never blocks.
                self.socket.send_multipart([client, whole], _NOBLOCK)
        self._replies.clear()

    def close(self) -> None:
        """Send what is left and close."""
        self.flush()
        self.socket.close()

    def _handle(self, client: bytes, parts: list[bytes]) -> list[Request]:
        requests: list[Request] = []
        session = self._session(client)
        try:
            if len(parts) != 1:
                raise RemoteProtocolError(f"a message has 1 frame, this one {len(parts)}")
            for message, payload in FROM_CLIENT.decode(parts[0]):
                session.receive(message)
                if isinstance(message, Submit):
                    requests.append(Submission(Peer(client, session), message, payload))
                elif isinstance(message, Ask):
                    requests.append(Question(Peer(client, session), message))
                elif isinstance(message, Hello):
                    self._welcome(client, session)
                else:
                    del self._sessions[client]
        except ProtocolError as error:
            self._fault(client, str(error))
        return requests

    def _welcome(self, client: bytes, session: ClientSession) -> None:
        broker = f"actionsd/{__version__}"
        welcome = Welcome(broker=broker, instance=self._instance, triggers=list(TRIGGERS))
        self._send(client, session, welcome)

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
        self._sessions.pop(client, None)  # gone already if it said goodbye, and then more
        # A session of its own: the broken one must not send anything any more.
        session = ClientSession(Role.BROKER)
        session.state = State.OPEN
        self._send(client, session, Fault(message=reason[:1000]))

    def _send(
        self, client: bytes, session: ClientSession, message: Message, payload: bytes | None = None
    ) -> None:
        encoded = encode(message, payload)
        session.send(message)
        self._replies.setdefault(client, []).append(encoded)
