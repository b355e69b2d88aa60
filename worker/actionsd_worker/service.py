"""The worker's side of its session with the broker: one socket, one job at a time.

The socket is used by whichever thread holds the job loop: V8's while a realm serves, the
main thread between two realms. They hand it to each other, they never share it.
"""

from __future__ import annotations

import os
from collections.abc import Sequence

import zmq
from zmq.utils.monitor import recv_monitor_message

from actionsd_protocol.errors import ProtocolError
from actionsd_protocol.frames import MAX_ASSIGN_BYTES, TO_WORKER, encode
from actionsd_protocol.messages import (
    Answer,
    Assign,
    Call,
    Layer,
    Ready,
    Report,
    Span,
    Stop,
    WorkerToBroker,
)
from actionsd_protocol.session import Role, WorkerSession

CONNECT_SECONDS = 10.0
"""For the connection to stand; the broker answers between two events of its loop."""


_ENDINGS = (
    zmq.Event.HANDSHAKE_SUCCEEDED
    | zmq.Event.HANDSHAKE_FAILED_AUTH
    | zmq.Event.HANDSHAKE_FAILED_NO_DETAIL
    | zmq.Event.DISCONNECTED
)
"""How an attempt to connect may end."""


class Service:
    """Connects to the broker's backend and exchanges reports for jobs."""

    def __init__(self, identity: str) -> None:
        self._session = WorkerSession(Role.WORKER)
        self._identity = identity

    def connect(self, path: str) -> None:
        """Connect to the broker's socket; return when the connection stands.

        Afterwards this process may be forbidden to make sockets. Raises ConnectionError.
        """
        self._socket: zmq.Socket[bytes] = zmq.Context.instance().socket(zmq.DEALER)
        self._socket.setsockopt(zmq.ROUTING_ID, self._identity.encode())
        # The name is the secret; the broker lets each in once.
        self._socket.setsockopt(zmq.PLAIN_USERNAME, self._identity.encode())
        self._socket.setsockopt(zmq.PLAIN_PASSWORD, b"-")  # ZeroMQ wants one
        self._socket.setsockopt(zmq.MAXMSGSIZE, MAX_ASSIGN_BYTES)
        # A broker that is gone does not come back for us: it starts workers of its own.
        self._socket.setsockopt(zmq.RECONNECT_IVL, -1)
        self._socket.setsockopt(zmq.LINGER, 1000)
        monitor: zmq.Socket[bytes] = self._socket.get_monitor_socket(_ENDINGS)
        try:
            self._socket.connect(f"ipc://{path}")
            if not monitor.poll(int(CONNECT_SECONDS * 1000)):
                raise ConnectionError("the broker does not answer")
            if recv_monitor_message(monitor)["event"] != zmq.Event.HANDSHAKE_SUCCEEDED:
                raise ConnectionError("the broker does not let us in")
        finally:
            self._socket.disable_monitor()
            monitor.close()

    def greet(self, v8: str, layers: Sequence[Layer]) -> None:
        """Say that this worker is ready for its first job, and how its seal went."""
        self._send(Ready(pid=os.getpid(), v8=v8, layers=list(layers)))

    def report(self, job: int, costs: list[Span], document: bytes) -> None:
        """Answer the job that was assigned."""
        self._send(Report(job=job, spans=costs), document)

    def next_job(self) -> tuple[Assign, bytes] | None:
        """Wait for the next job and its context; None when the broker says stop."""
        received = TO_WORKER.decode(self._socket.recv_multipart())
        message = received.message
        self._session.receive(message)
        if isinstance(message, Stop):
            return None
        if not isinstance(message, Assign):
            raise ProtocolError(f"{type(message).__name__} is not for a worker")
        return message, received.payload

    def call(self, message: Call, payload: bytes | None = None) -> tuple[Answer, bytes]:
        """Ask the broker something and wait for its answer.

        The wait is bounded by the broker, which keeps the time of the job.
        """
        self._send(message, payload)
        received = TO_WORKER.decode(self._socket.recv_multipart())
        answer = received.message
        self._session.receive(answer)
        if not isinstance(answer, Answer):
            raise ProtocolError(f"{type(answer).__name__} is no answer")
        return answer, received.payload

    @property
    def next_call(self) -> int:
        """The number of the next call of the job."""
        return self._session.call + 1

    def close(self) -> None:
        """Send what is left and close."""
        self._socket.close()
        zmq.Context.instance().term()

    def _send(self, message: WorkerToBroker, payload: bytes | None = None) -> None:
        frames = encode(message, payload)
        self._session.send(message)
        self._socket.send_multipart(frames)
