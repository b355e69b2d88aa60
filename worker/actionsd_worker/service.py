"""The worker's side of its session with the broker: one socket, one job after another.

The socket is used by whichever thread holds the job loop: V8's while a realm serves, the
main thread between two realms. They hand it to each other, they never share it.
"""

from __future__ import annotations

import os
import threading
import time
from collections import deque
from collections.abc import Sequence

import zmq
from zmq.utils.monitor import recv_monitor_message

from actionsd_protocol.errors import ProtocolError
from actionsd_protocol.frames import (
    MAX_FRAME_BYTES_TO_WORKER,
    TO_WORKER,
    Received,
    encode,
    frames,
)
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


LATE_SECONDS = 0.006
"""How long a report may wait for others that leave with it."""


_ENDINGS = (
    zmq.Event.HANDSHAKE_SUCCEEDED
    | zmq.Event.HANDSHAKE_FAILED_AUTH
    | zmq.Event.HANDSHAKE_FAILED_NO_DETAIL
    | zmq.Event.DISCONNECTED
)
"""How an attempt to connect may end."""


class Service:
    """Connects to the broker's backend and exchanges reports for jobs.

    Jobs come several at a time, and reports leave together: when the last job is done, or
    when the first report has waited for `LATE_SECONDS`, by `flush_late` if need be.
    """

    def __init__(self, identity: str) -> None:
        self._session = WorkerSession(Role.WORKER)
        self._identity = identity
        self._lock = threading.Lock()  # over the socket, and what waits on either side of it
        self._inbox: deque[Received] = deque()
        self._answers: list[Received] = []  # one at the most
        self._outbox: list[bytes] = []
        self._late_at = 0.0  # when what is in the outbox must leave

    def connect(self, path: str) -> None:
        """Connect to the broker's socket; return when the connection stands.

        Afterwards this process may be forbidden to make sockets. Raises ConnectionError.
        """
        self._socket: zmq.Socket[bytes] = zmq.Context.instance().socket(zmq.DEALER)
        self._socket.setsockopt(zmq.ROUTING_ID, self._identity.encode())
        # The name is the secret; the broker lets each in once.
        self._socket.setsockopt(zmq.PLAIN_USERNAME, self._identity.encode())
        self._socket.setsockopt(zmq.PLAIN_PASSWORD, b"-")  # ZeroMQ wants one
        self._socket.setsockopt(zmq.MAXMSGSIZE, MAX_FRAME_BYTES_TO_WORKER)
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
        with self._lock:
            self._put(Ready(pid=os.getpid(), v8=v8, layers=list(layers)))
            self._flush()

    def report(self, job: int, costs: list[Span], document: bytes) -> None:
        """Answer the job whose turn it is."""
        with self._lock:
            # A job that has asked for something cannot be run again: if the next one ends
            # this process, nothing of this one may be lost.
            asked = self._session.call > 0
            self._put(Report(job=job, spans=costs), document)
            now = time.monotonic()
            if len(self._outbox) == 1:
                self._late_at = now + LATE_SECONDS
            if asked or not self._inbox or now >= self._late_at:
                self._flush()

    def flush_late(self) -> None:
        """Send the reports that have waited for long enough; from any thread, a signal's too."""
        if not self._outbox or not self._lock.acquire(blocking=False):
            return
        try:
            if self._outbox and time.monotonic() >= self._late_at:
                self._flush()
        finally:
            self._lock.release()

    def flush(self) -> None:
        """Send the reports that wait."""
        with self._lock:
            self._flush()

    def next_job(self) -> tuple[Assign, bytes] | None:
        """Wait for the next job and its context; None when the broker says stop."""
        with self._lock:
            if not self._inbox:
                self._take()
            message, payload = self._inbox.popleft()
        if isinstance(message, Stop):
            return None
        if not isinstance(message, Assign):
            raise ProtocolError(f"{type(message).__name__} is not for a worker")
        return message, payload

    def call(self, message: Call, payload: bytes | None = None) -> tuple[Answer, bytes]:
        """Ask the broker something and wait for its answer.

        The wait is bounded by the broker, which keeps the time of the job.
        """
        with self._lock:
            self._put(message, payload)
            self._flush()  # with the reports before it: the broker knows who asks
            while not self._answers:
                self._take()
            return self._answers.pop()

    @property
    def next_call(self) -> int:
        """The number of the next call of the job."""
        return self._session.call + 1

    def close(self) -> None:
        """Send what is left and close."""
        self._socket.close()
        zmq.Context.instance().term()

    def _put(self, message: WorkerToBroker, payload: bytes | None = None) -> None:
        encoded = encode(message, payload)
        self._session.send(message)
        self._outbox.append(encoded)

    def _flush(self) -> None:
        for whole in frames(self._outbox):
            self._socket.send(whole)
        self._outbox.clear()

    def _take(self) -> None:
        for received in TO_WORKER.decode(self._socket.recv()):
            self._session.receive(received.message)
            if isinstance(received.message, Answer):
                self._answers.append(received)
            else:
                self._inbox.append(received)
