"""The two sessions as state machines: client with broker, broker with worker.

Two rules, after h11. Everything that decides what may be said next is in this file. And
both ends run the same machine: a message moves it whoever it is that sends it; only the
blame for a wrong message depends on which end we are.

The machines are tables (state → message → next state). What does not fit a table is the
matching of answers to questions, and stands below them: a client's ids in flight, a
worker's jobs, after the last of which alone it is idle. A session that was violated is in
`BROKEN` and stays there.

    client with broker                      broker with worker

    NEW ──hello──► GREETED                  STARTING ──ready──► IDLE ──stop──► STOPPED
                      │ welcome                                ▲   │
                      ▼                                 report │   │ assign
     submit and a ┌► OPEN ◄┐ result, told                      │   ▼
         question └──┘  └──┘                           assign ┌► BUSY ──call──► WAITING ◄┐ assign
                      │ goodbye, fault                        └──┘  ▲───answer────┘  └───┘
                      ▼
                    ENDED
"""

from __future__ import annotations

import enum
from collections import deque
from collections.abc import Mapping
from typing import TypeAlias

from actionsd_protocol.errors import LocalProtocolError, ProtocolError, RemoteProtocolError
from actionsd_protocol.messages import (
    Answer,
    Ask,
    Assign,
    Call,
    Disable,
    Enable,
    Fault,
    Fetch,
    GetMetadata,
    Goodbye,
    Hello,
    Inquire,
    Message,
    Ready,
    Report,
    Result,
    Scale,
    SetMetadata,
    Stop,
    Submit,
    Told,
    Welcome,
)


class Role(enum.Enum):
    """Which end of a session this is."""

    CLIENT = "client"
    BROKER = "broker"
    WORKER = "worker"


class State(enum.Enum):
    """Where a session stands."""

    NEW = "new"
    GREETED = "greeted"
    OPEN = "open"
    ENDED = "ended"
    STARTING = "starting"
    IDLE = "idle"
    BUSY = "busy"
    WAITING = "waiting"
    STOPPED = "stopped"
    BROKEN = "broken"


Table: TypeAlias = Mapping[State, Mapping[type[Message], State]]

CLIENT_TABLE: Table = {
    State.NEW: {Hello: State.GREETED, Fault: State.ENDED},
    State.GREETED: {Welcome: State.OPEN, Fault: State.ENDED},
    State.OPEN: {
        Submit: State.OPEN,
        Inquire: State.OPEN,
        Scale: State.OPEN,
        Disable: State.OPEN,
        Enable: State.OPEN,
        Result: State.OPEN,
        Told: State.OPEN,
        Goodbye: State.ENDED,
        Fault: State.ENDED,
    },
    State.ENDED: {},
    State.BROKEN: {},
}

WORKER_TABLE: Table = {
    State.STARTING: {Ready: State.IDLE},
    State.IDLE: {Assign: State.BUSY, Stop: State.STOPPED},
    State.BUSY: {
        Assign: State.BUSY,
        Report: State.IDLE,
        Fetch: State.WAITING,
        GetMetadata: State.WAITING,
        SetMetadata: State.WAITING,
    },
    # Jobs may have been on their way when the call was made.
    State.WAITING: {Answer: State.BUSY, Assign: State.WAITING},
    State.STOPPED: {},
    State.BROKEN: {},
}

SENDERS: Mapping[type[Message], Role] = {
    Hello: Role.CLIENT,
    Submit: Role.CLIENT,
    Inquire: Role.CLIENT,
    Scale: Role.CLIENT,
    Disable: Role.CLIENT,
    Enable: Role.CLIENT,
    Goodbye: Role.CLIENT,
    Welcome: Role.BROKER,
    Result: Role.BROKER,
    Told: Role.BROKER,
    Fault: Role.BROKER,
    Ready: Role.WORKER,
    Report: Role.WORKER,
    Fetch: Role.WORKER,
    GetMetadata: Role.WORKER,
    SetMetadata: Role.WORKER,
    Assign: Role.BROKER,
    Answer: Role.BROKER,
    Stop: Role.BROKER,
}
"""Who sends what: the other end sending it is a violation in every state."""


class _Session:
    """A table, a state, and the role that we play."""

    def __init__(self, table: Table, start: State, role: Role) -> None:
        self._table = table
        self._role = role
        self.state = start

    def send(self, message: Message) -> None:
        """Note that we send this; raise LocalProtocolError if we must not now."""
        if SENDERS[type(message)] is not self._role:
            raise LocalProtocolError(f"a {self._role.value} does not send {_name(message)}")
        self._advance(message, LocalProtocolError)

    def receive(self, message: Message) -> None:
        """Note that the peer sent this; raise RemoteProtocolError if it must not have."""
        if SENDERS[type(message)] is self._role:
            self._break(RemoteProtocolError, f"{_name(message)} comes from the wrong end")
        self._advance(message, RemoteProtocolError)

    def _advance(self, message: Message, blame: type[ProtocolError]) -> None:
        following = self._table[self.state].get(type(message))
        if following is None:
            self._break(blame, f"{_name(message)} is not allowed when {self.state.value}")
            return
        self._match(message, blame)
        self.state = following

    def _match(self, message: Message, blame: type[ProtocolError]) -> None:
        """Check what the table cannot say; extended by each session."""

    def _break(self, blame: type[ProtocolError], reason: str) -> None:
        # Our own mistake is refused and leaves the session as it was; the peer's ends it.
        if blame is RemoteProtocolError:
            self.state = State.BROKEN
        raise blame(reason)


class ClientSession(_Session):
    """Client with broker: many jobs in flight, each told apart by the client's id.

    So are `questions`, to which the broker owes a `Told`: no id is of both.
    """

    def __init__(self, role: Role) -> None:
        super().__init__(CLIENT_TABLE, State.NEW, role)
        self.in_flight: set[int] = set()
        self.questions: set[int] = set()

    def _match(self, message: Message, blame: type[ProtocolError]) -> None:
        if type(message) is Submit:
            self._begin(message.id, self.in_flight, blame)
        elif type(message) is Result:
            if message.id not in self.in_flight:
                self._break(blame, f"no job with id {message.id} is in flight")
            self.in_flight.remove(message.id)
        elif isinstance(message, Ask):
            self._begin(message.id, self.questions, blame)
        elif isinstance(message, Told):
            if message.id not in self.questions:
                self._break(blame, f"nothing was asked with id {message.id}")
            self.questions.remove(message.id)

    def _begin(self, number: int, among: set[int], blame: type[ProtocolError]) -> None:
        if number in self.in_flight or number in self.questions:
            self._break(blame, f"id {number} is already in flight")
        among.add(number)


class WorkerSession(_Session):
    """Broker with worker: jobs in their order, each answered once, by the worker that has it.

    Several may be assigned at a time; the first that is not answered is the one that runs.
    """

    def __init__(self, role: Role) -> None:
        super().__init__(WORKER_TABLE, State.STARTING, role)
        self.jobs: deque[int] = deque()
        self.call = 0

    @property
    def job(self) -> int | None:
        """The job whose turn it is."""
        return self.jobs[0] if self.jobs else None

    def _advance(self, message: Message, blame: type[ProtocolError]) -> None:
        super()._advance(message, blame)
        if self.jobs and self.state is State.IDLE:
            self.state = State.BUSY  # with the next one

    def _match(self, message: Message, blame: type[ProtocolError]) -> None:
        if isinstance(message, Report):
            self._match_job(message, blame)
            self.jobs.popleft()
            self.call = 0
        elif isinstance(message, Assign):
            self.jobs.append(message.job)
        elif isinstance(message, Answer):
            self._match_job(message, blame)
            self._match_call(message.call, self.call, blame)
        elif isinstance(message, Fetch | GetMetadata | SetMetadata):
            self._match_job(message, blame)
            self._match_call(message.call, self.call + 1, blame)
            self.call = message.call

    def _match_job(self, message: Report | Answer | Call, blame: type[ProtocolError]) -> None:
        if message.job != self.job:
            text = f"for job {message.job}, assigned was {self.job}"
            self._break(blame, f"{_name(message)} {text}")

    def _match_call(self, call: int, due: int, blame: type[ProtocolError]) -> None:
        if call != due:
            self._break(blame, f"call {call} where {due} was due")


def _name(message: Message) -> str:
    return type(message).__name__
