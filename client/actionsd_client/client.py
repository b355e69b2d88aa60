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

from actionsd_client.balance import FIRST_PAUSE_SECONDS
from actionsd_client.connection import Connection, encode_context, make_submission, read_answer
from actionsd_client.endpoint import find_endpoints
from actionsd_client.errors import (
    CallTimeoutError,
    ClientClosedError,
    ClientError,
    ConnectionLostError,
    UnreachableError,
)
from actionsd_client.links import Links
from actionsd_protocol.messages import Action, Inquire, Scale, Submit, Trace
from actionsd_protocol.result import Result

CALL_SECONDS = 60.0
CONNECT_SECONDS = 5.0
ASK_SECONDS = 10.0
FOR_ONE = "a question is for one daemon: this client has several endpoints"


class PendingCall:
    """A job in flight."""

    def __init__(self, client: Client, number: int) -> None:
        self._client = client
        self._number = number
        self._outcome: Result | ClientError | None = None
        self.job: tuple[Submit, bytes] | None = None
        """What to send again if the connection is lost; for the client alone."""

    @property
    def done(self) -> bool:
        """Whether the result, or the reason why there is none, was taken in.

        Only waiting takes anything in: `result(timeout=0)` does so without waiting.
        """
        return self._outcome is not None

    def settle(self, outcome: Result | ClientError) -> None:
        """Take note of how the call ended; for the client alone."""
        self._outcome = outcome
        self.job = None

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

    `endpoint` is where the daemon serves, or a sequence of endpoints, of which each job goes
    to one; by default what ACTIONSD_ENDPOINT says, or where a daemon without configuration
    serves. `connect_timeout` is in seconds. With `retry_lost` a job whose connection is lost
    is sent again, once: it may then run twice, with all that it fetches and stores. Use the
    client as a context manager, or `close` it.
    """

    def __init__(
        self,
        endpoint: str | Sequence[str] | None = None,
        *,
        connect_timeout: float = CONNECT_SECONDS,
        retry_lost: bool = False,
    ) -> None:
        self.endpoints = find_endpoints(endpoint, os.environ, os.getuid())
        self._connect_seconds = connect_timeout
        self._retry_lost = retry_lost
        self._links = Links(self.endpoints)
        self._calls: dict[int, PendingCall] = {}
        self._lost: list[tuple[PendingCall, ClientError]] = []
        self._next_number = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def call(  # noqa: PLR0913 - what a job is made of, all by name
        self,
        trigger: str,
        *,
        tenant: str,
        context: Mapping[str, Any] | bytes,
        actions: Sequence[Action] | None = None,
        check: bool = False,
        trace: Trace | None = None,
        timeout: float = CALL_SECONDS,
    ) -> Result:
        """Run one job and wait for its result.

        `context` is the context document, as a mapping or as JSON. Without `actions` the
        daemon runs those of its registry. `trace` is for the daemon's log. `timeout` is in
        seconds.
        """
        call = self.submit(
            trigger, tenant=tenant, context=context, actions=actions, check=check, trace=trace
        )
        return call.result(timeout)

    def submit(
        self,
        trigger: str,
        *,
        tenant: str,
        context: Mapping[str, Any] | bytes,
        actions: Sequence[Action] | None = None,
        check: bool = False,
        trace: Trace | None = None,
    ) -> PendingCall:
        """Send one job and return at once."""
        self._next_number += 1
        number = self._next_number
        submission = make_submission(number, trigger, tenant, actions, check=check, trace=trace)
        document = encode_context(context)
        connection = self._connect()
        connection.submit(submission, document)
        connection.flush()
        call = self._calls[number] = PendingCall(self, number)
        if self._retry_lost:
            call.job = submission, document
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
        error = ClientClosedError("the client was closed")
        self._drop_all(error)
        lost, self._lost = self._lost, []
        for call, _ in lost:
            call.settle(error)

    def wait_for(self, call: PendingCall, timeout: float) -> None:
        """Take in what comes until a call is done or its time is up."""
        until = time.monotonic() + timeout
        while not call.done:
            if self._lost:
                self._send_again()
            left = until - time.monotonic()
            self._pump(max(left, 0))
            if left <= 0:
                return

    def abandon(self, number: int) -> None:
        """Stop waiting for a call; its result will be dropped."""
        self._calls.pop(number, None)

    def _ask(self, question: Inquire | Scale, timeout: float) -> dict[str, Any]:
        if self._links.several:
            raise ClientError(FOR_ONE)
        connection, number = self._connect(), question.id
        lost = self._calls[number] = PendingCall(self, number)  # settled if the connection ends
        connection.ask(question)
        until = time.monotonic() + timeout
        while number not in connection.told and not lost.done:
            left = until - time.monotonic()
            self._pump(max(left, 0))
            if left <= 0:
                break
        self.abandon(number)
        if number not in connection.told:
            lost.result(0)
        return read_answer(*connection.told.pop(number))

    def _connect(self) -> Connection:
        links = self._links
        if links.made:
            self._pump(0)  # it may be gone without our knowing
        connection = links.choose()
        if connection is None:
            return self._wait_open()
        if links.several:
            self._try_due()
        return connection

    def _wait_open(self) -> Connection:
        links = self._links
        links.hurry()
        until = time.monotonic() + self._connect_seconds
        while (connection := links.choose()) is None:
            left = until - time.monotonic()
            if left <= 0:
                error = links.unreachable()
                self._drop_all(error)
                raise error
            self._try_due()
            self._pump(min(left, FIRST_PAUSE_SECONDS) if links.several else left)
            if not links.made and not links.several:
                raise UnreachableError(f"the daemon at {self.endpoints[0]} does not talk to us")
        return connection

    def _try_due(self) -> None:
        now = time.monotonic()
        for place in self._links.due(now):
            stale, _ = self._links.connect(place, now)
            if stale is not None:
                stale.close()

    def _send_again(self) -> None:
        lost, self._lost = self._lost, []
        try:
            self._connect()
        except ClientError:
            for call, error in lost:
                call.settle(error)
            return
        for call, error in lost:
            connection = self._links.choose()
            if call.done:
                continue  # its time was up
            if connection is None or call.job is None:
                call.settle(error)
                continue
            submission, document = call.job
            call.job = None  # a second loss is the caller's to know
            connection.submit(submission, document)
            self._calls[submission.id] = call
        for connection in self._links.made:
            connection.flush()

    def _pump(self, seconds: float) -> None:
        poller = zmq.Poller()
        for connection in self._links.made:
            poller.register(connection.socket, zmq.POLLIN)
            poller.register(connection.monitor, zmq.POLLIN)
        poller.poll(int(seconds * 1000) + 1 if seconds else 0)
        for connection in tuple(self._links.made):
            self._receive(connection)

    def _receive(self, connection: Connection) -> None:
        try:
            for number, result in connection.receive():
                call = self._calls.pop(number, None)
                if call is not None:
                    call.settle(result)
            connection.check()
        except ClientError as error:
            self._drop(connection, error)

    def _drop(self, connection: Connection, error: ClientError) -> None:
        for number in (*connection.in_flight, *connection.questions):
            call = self._calls.pop(number, None)
            if call is None:
                continue
            if call.job is not None and type(error) is ConnectionLostError:
                self._lost.append((call, error))
            else:
                call.settle(error)
        self._links.remove(connection, time.monotonic())
        connection.close()

    def _drop_all(self, error: ClientError) -> None:
        for connection in tuple(self._links.made):
            self._drop(connection, error)
