"""The client for ordinary, blocking code.

One thread may keep many jobs in flight: `submit` some, then ask each for its `result`.
A client belongs to the thread that uses it; give each thread its own.
"""

from __future__ import annotations

import os
import time
from collections.abc import Mapping, Sequence
from typing import Any, Self

import zmq

from actionsd_client.connection import Connection, decode_answer, encode_context, make_submission
from actionsd_client.endpoint import default_endpoint
from actionsd_client.errors import (
    CallTimeoutError,
    ClientError,
    ConnectionLostError,
    DeclinedError,
    UnreachableError,
)
from actionsd_protocol.messages import Action, Inquire, Scale
from actionsd_protocol.result import Result

CALL_SECONDS = 60.0
CONNECT_SECONDS = 5.0
ASK_SECONDS = 10.0


class PendingCall:
    """A job in flight."""

    def __init__(self, client: Client, number: int) -> None:
        self._client = client
        self._number = number
        self._outcome: Result | ClientError | None = None

    @property
    def done(self) -> bool:
        """Whether the result, or the reason why there is none, was taken in.

        Only waiting takes anything in: `result(timeout=0)` does so without waiting.
        """
        return self._outcome is not None

    def settle(self, outcome: Result | ClientError) -> None:
        """Take note of how the call ended; for the client alone."""
        self._outcome = outcome

    def result(self, timeout: float = CALL_SECONDS) -> Result:
        """Wait for the result, for so many seconds at the most.

        Raises CallTimeoutError, ConnectionLostError or RefusedError.
        """
        self._client.wait_for(self, timeout)
        if self._outcome is None:
            self._client.abandon(self._number)
            self._outcome = CallTimeoutError(f"no result within {timeout:g} s")
        if isinstance(self._outcome, ClientError):
            raise self._outcome
        return self._outcome


class Client:
    """A connection to the daemon; made when first needed, and again after it was lost.

    `endpoint` is where the daemon serves; by default where one without configuration
    does. `connect_timeout` is in seconds. Use it as a context manager, or `close` it.
    """

    def __init__(
        self, endpoint: str | None = None, *, connect_timeout: float = CONNECT_SECONDS
    ) -> None:
        self.endpoint = endpoint or default_endpoint(os.environ, os.getuid())
        self._connect_seconds = connect_timeout
        self._connection: Connection | None = None
        self._calls: dict[int, PendingCall] = {}
        self._next_number = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def call(
        self,
        trigger: str,
        *,
        tenant: str,
        context: Mapping[str, Any] | bytes,
        actions: Sequence[Action] | None = None,
        check: bool = False,
        timeout: float = CALL_SECONDS,
    ) -> Result:
        """Run one job and wait for its result.

        `context` is the context document, as a mapping or as JSON. Without `actions` the
        daemon runs those of its registry. `timeout` is in seconds.
        """
        call = self.submit(trigger, tenant=tenant, context=context, actions=actions, check=check)
        return call.result(timeout)

    def submit(
        self,
        trigger: str,
        *,
        tenant: str,
        context: Mapping[str, Any] | bytes,
        actions: Sequence[Action] | None = None,
        check: bool = False,
    ) -> PendingCall:
        """Send one job and return at once."""
        self._next_number += 1
        number = self._next_number
        submission = make_submission(number, trigger, tenant, actions, check=check)
        document = encode_context(context)
        connection = self._connect()
        connection.submit(submission, document)
        connection.flush()
        call = self._calls[number] = PendingCall(self, number)
        return call

    def stats(self, timeout: float = ASK_SECONDS) -> dict[str, Any]:
        """Return the daemon's figures: docs/operating.md says what they mean."""
        self._next_number += 1
        return self._ask(Inquire(id=self._next_number), timeout)

    def scale(self, workers: int | str, timeout: float = ASK_SECONDS) -> int:
        """Have another number of workers, "auto", or "+1" and "-1"; return how many there will be.

        Raises DeclinedError if that cannot be.
        """
        self._next_number += 1
        document = self._ask(Scale(id=self._next_number, workers=str(workers)), timeout)
        return int(document["workers"])

    def close(self) -> None:
        """Close the connection; calls in flight are lost."""
        self._drop(ConnectionLostError("the client was closed"))

    def wait_for(self, call: PendingCall, timeout: float) -> None:
        """Take in what comes until a call is done or its time is up."""
        until = time.monotonic() + timeout
        while not call.done and self._connection is not None:
            left = until - time.monotonic()
            self._pump(self._connection, max(left, 0))
            if left <= 0:
                return

    def abandon(self, number: int) -> None:
        """Stop waiting for a call; its result will be dropped."""
        self._calls.pop(number, None)

    def _ask(self, question: Inquire | Scale, timeout: float) -> dict[str, Any]:
        connection, number = self._connect(), question.id
        lost = self._calls[number] = PendingCall(self, number)  # settled if the connection ends
        connection.ask(question)
        until = time.monotonic() + timeout
        while number not in connection.told and not lost.done:
            left = until - time.monotonic()
            self._pump(connection, max(left, 0))
            if left <= 0:
                break
        self.abandon(number)
        if number not in connection.told:
            lost.result(0)
        told, document = connection.told.pop(number)
        if told.error is not None:
            raise DeclinedError(told.error)
        return decode_answer(document)

    def _connect(self) -> Connection:
        if self._connection is not None:
            self._pump(self._connection, 0)  # it may be gone without our knowing
        if self._connection is None:
            connection = self._connection = Connection(self.endpoint)
            until = time.monotonic() + self._connect_seconds
            while self._connection is connection and not connection.open:
                left = until - time.monotonic()
                if left <= 0:
                    self._drop(ConnectionLostError("never connected"))
                    raise UnreachableError(
                        f"no daemon answers at {self.endpoint}; is `actionsd serve` running?"
                    )
                self._pump(connection, left)
        if self._connection is None:
            raise UnreachableError(f"the daemon at {self.endpoint} does not talk to us")
        return self._connection

    def _pump(self, connection: Connection, seconds: float) -> None:
        poller = zmq.Poller()
        poller.register(connection.socket, zmq.POLLIN)
        poller.register(connection.monitor, zmq.POLLIN)
        poller.poll(int(seconds * 1000) + 1 if seconds else 0)
        try:
            for number, result in connection.receive():
                call = self._calls.pop(number, None)
                if call is not None:
                    call.settle(result)
            connection.check()
        except ClientError as error:
            self._drop(error)

    def _drop(self, error: ClientError) -> None:
        calls, self._calls = self._calls, {}
        for call in calls.values():
            call.settle(error)
        if self._connection is not None:
            self._connection.close()
            self._connection = None
