"""One connection to the daemon, without waiting: what both clients are made of.

A connection lives from its greeting to the first sign that the daemon went away, and is
never used again after: a fresh socket cannot carry half of an old conversation. ZeroMQ
reconnects silently and would keep us waiting for an answer that a new daemon does not
owe, so a monitor tells us when the other end is gone.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Any

import msgspec
import zmq
from zmq.utils.monitor import recv_monitor_message

from actionsd_client.errors import ClientError, ConnectionLostError, DeclinedError, RefusedError
from actionsd_protocol import __version__
from actionsd_protocol.errors import ProtocolError, RemoteProtocolError
from actionsd_protocol.frames import MAX_FRAME_BYTES, TO_CLIENT, encode, frames
from actionsd_protocol.messages import (
    Action,
    Fault,
    Goodbye,
    Hello,
    Inquire,
    Message,
    Result,
    Scale,
    Submit,
    Told,
    Trace,
)
from actionsd_protocol.result import Result as ResultDocument
from actionsd_protocol.result import decode_result
from actionsd_protocol.session import ClientSession, Role, State

_NOBLOCK = int(zmq.NOBLOCK)  # as a plain number: pyzmq combines its enum in Python
_GONE = int(zmq.EVENT_DISCONNECTED)  # not CLOSED: that is what vain attempts end in


class Connection:
    """A socket, its session and its monitor."""

    def __init__(self, endpoint: str, *, longest_pause_seconds: float = 0.0) -> None:
        self.socket: zmq.Socket[bytes] = zmq.Context.instance().socket(zmq.DEALER)
        self.socket.setsockopt(zmq.LINGER, 0)
        self.socket.setsockopt(zmq.SNDHWM, 0)
        self.socket.setsockopt(zmq.RCVHWM, 0)
        self.socket.setsockopt(zmq.MAXMSGSIZE, MAX_FRAME_BYTES)
        self.socket.setsockopt(zmq.HEARTBEAT_IVL, 5000)
        self.socket.setsockopt(zmq.HEARTBEAT_TIMEOUT, 15000)
        # The pause between two attempts doubles up to this; 0 leaves it at 0.1 s.
        self.socket.setsockopt(zmq.RECONNECT_IVL_MAX, int(longest_pause_seconds * 1000))
        self.monitor: zmq.Socket[bytes] = self.socket.get_monitor_socket(_GONE)
        self._session = ClientSession(Role.CLIENT)
        self.in_flight: AbstractSet[int] = self._session.in_flight
        self.questions: AbstractSet[int] = self._session.questions
        self._outbox: list[bytes] = []
        self.told: dict[int, tuple[Told, bytes]] = {}  # answers that `ask` is owed, as they come
        try:
            self.socket.connect(endpoint)
        except zmq.ZMQError as error:
            self.close()
            raise ClientError(f"endpoint {endpoint}: {error}") from error
        self._put(Hello(client=f"actionsd-python/{__version__}"))
        self.flush()

    @property
    def open(self) -> bool:
        """Whether the daemon has welcomed us."""
        return self._session.state is State.OPEN

    def submit(self, submission: Submit, context: bytes) -> None:
        """Have a job sent; those that wait for `flush` share a frame."""
        self._put(submission, context)

    def ask(self, question: Inquire | Scale) -> None:
        """Send a question; what comes of it will be in `told` under its id, until the next."""
        self.told.clear()
        self._put(question)
        self.flush()

    def flush(self) -> None:
        """Send the jobs that were given to `submit`."""
        for whole in frames(self._outbox):
            self.socket.send(whole, _NOBLOCK)
        self._outbox.clear()

    def receive(self) -> Iterator[tuple[int, ResultDocument]]:
        """Yield the results that have come in; raises RefusedError on a fault."""
        while True:
            try:
                parts = self.socket.recv_multipart(_NOBLOCK)
            except zmq.Again:
                return
            yield from self._results(parts)

    def check(self) -> None:
        """Raise ConnectionLostError if the monitor says that the daemon is gone.

        Before the greeting is answered that only means that nobody listens yet.
        """
        while int(self.monitor.EVENTS) & zmq.POLLIN:
            recv_monitor_message(self.monitor)
            if self._session.state is not State.GREETED:
                raise ConnectionLostError("the daemon went away before it answered")

    @property
    def descriptors(self) -> tuple[int, int]:
        """What stirs when something has come in, or the daemon has gone."""
        return int(self.socket.FD), int(self.monitor.FD)

    def close(self) -> None:
        """Say goodbye if anybody is there to hear it, and let go."""
        if self.socket.closed:
            return
        with contextlib.suppress(zmq.ZMQError, ProtocolError):
            if self.open:
                self.socket.setsockopt(zmq.LINGER, 100)
                self._put(Goodbye())
                self.flush()
        self.socket.disable_monitor()
        self.monitor.close()
        self.socket.close()

    def _results(self, parts: list[bytes]) -> Iterator[tuple[int, ResultDocument]]:
        try:
            if len(parts) != 1:
                raise RemoteProtocolError(f"a message of {len(parts)} frames")
            for message, payload in TO_CLIENT.decode(parts[0]):
                self._session.receive(message)
                if isinstance(message, Result):
                    yield message.id, decode_result(payload)
                elif isinstance(message, Told):
                    self.told[message.id] = message, payload
                elif isinstance(message, Fault):
                    raise RefusedError(f"the daemon refused: {message.message}")
        except ProtocolError as error:
            raise RefusedError(f"the daemon broke the protocol: {error}") from error

    def _put(self, message: Message, payload: bytes | None = None) -> None:
        try:
            encoded = encode(message, payload)
            self._session.send(message)
        except ProtocolError as error:
            raise ClientError(str(error)) from error
        self._outbox.append(encoded)


def make_submission(
    number: int,
    trigger: str,
    tenant: str,
    actions: Sequence[Action] | None,
    *,
    check: bool,
    trace: Trace | None = None,
) -> Submit:
    """Return a submission, with the caller's mistakes found here and not at the daemon's."""
    submission = Submit(
        id=number,
        trigger=trigger,
        tenant=tenant,
        actions=None if actions is None else list(actions),
        check=check,
        trace=trace,
    )
    try:
        msgspec.convert(msgspec.to_builtins(submission), Submit)
        msgspec.msgpack.encode(submission)  # finds text that is not Unicode
    except (msgspec.ValidationError, UnicodeEncodeError) as error:
        raise ClientError(f"the job cannot be sent: {error}") from error
    return submission


def encode_context(context: Mapping[str, Any] | bytes) -> bytes:
    """Return a context as JSON; bytes are taken to be JSON already."""
    if isinstance(context, bytes):
        return context
    try:
        # Not msgspec's: it writes NaN as null.
        return json.dumps(
            context, ensure_ascii=False, allow_nan=False, separators=(",", ":")
        ).encode()
    except (TypeError, ValueError, RecursionError) as error:
        raise ClientError(f"the context is not JSON: {error}") from error


def read_answer(told: Told, document: bytes) -> dict[str, Any]:
    """Return what the daemon has told us.

    Raises DeclinedError if that is why it does not, RefusedError if it makes no sense.
    """
    if told.error is not None:
        raise DeclinedError(told.error)
    try:
        return msgspec.json.decode(document, type=dict[str, Any])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise RefusedError(f"the daemon broke the protocol: {error}") from error
