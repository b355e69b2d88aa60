"""The client for asyncio: any number of calls at once over one connection to each daemon.

ZeroMQ's descriptor is watched by the event loop and everything is taken in at once when
it stirs; `zmq.asyncio` would cost several times as much for each message.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Mapping, Sequence
from typing import Any, Self

from actionsd_client.balance import FIRST_PAUSE_SECONDS
from actionsd_client.client import ASK_SECONDS, CALL_SECONDS, CONNECT_SECONDS, FOR_ONE
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
from actionsd_protocol.messages import Action, Inquire, Scale, Told, Trace
from actionsd_protocol.result import Result


class AsyncClient:
    """A connection to the daemon; made when first needed, and again after it was lost.

    As `Client`, but for one event loop instead of one thread.
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
        self._opened: asyncio.Future[None] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._calls: dict[int, asyncio.Future[Result]] = {}
        self._asked: dict[int, asyncio.Future[tuple[Told, bytes]]] = {}
        self._next_number = 0
        self._looking = False

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_error: object) -> None:
        self.close()

    async def call(  # noqa: PLR0913 - what a job is made of, all by name
        self,
        trigger: str,
        *,
        tenant: str,
        context: Mapping[str, Any] | bytes,
        actions: Sequence[Action] | None = None,
        check: bool = False,
        trace: Trace | None = None,
        timeout: float = CALL_SECONDS,  # noqa: ASYNC109 - a limit of ours, with an error of ours
    ) -> Result:
        """Run one job and wait for its result, for so many seconds at the most.

        Raises UnreachableError, ConnectionLostError, CallTimeoutError or RefusedError.
        """
        self._next_number += 1
        number = self._next_number
        submission = make_submission(number, trigger, tenant, actions, check=check, trace=trace)
        document = encode_context(context)
        lost: ConnectionLostError | None = None
        left = timeout
        loop = asyncio.get_running_loop()
        while True:
            try:
                connection = self._choose() or await self._connect()
            except UnreachableError as error:
                raise (lost or error) from None
            connection.submit(submission, document)
            if not self._looking:
                # Once for all that is submitted in this round of the loop. To look is needed
                # too: ZeroMQ's descriptor tells of changes only, and sending may have used
                # one up.
                self._looking = True
                loop.call_soon(self._exchange)
            answer: asyncio.Future[Result] = loop.create_future()
            self._calls[number] = answer
            timer = loop.call_later(left, self._expire, number, timeout)
            try:
                return await answer
            except ConnectionLostError as error:
                if not self._retry_lost or lost or isinstance(error, ClientClosedError):
                    raise
                lost = error
                left = timer.when() - loop.time()
            finally:
                timer.cancel()
                self._calls.pop(number, None)

    async def stats(
        self,
        timeout: float = ASK_SECONDS,  # noqa: ASYNC109 - a limit of ours, with an error of ours
    ) -> dict[str, Any]:
        """Return the daemon's figures: docs/operating.md says what they mean."""
        self._next_number += 1
        return await self._ask(Inquire(id=self._next_number), timeout)

    async def scale(
        self,
        workers: int | str,
        timeout: float = ASK_SECONDS,  # noqa: ASYNC109 - a limit of ours, with an error of ours
    ) -> int:
        """Have another number of workers, "auto", or "+1" and "-1"; return how many there will be.

        Raises DeclinedError if that cannot be.
        """
        self._next_number += 1
        document = await self._ask(Scale(id=self._next_number, workers=str(workers)), timeout)
        return int(document["workers"])

    def close(self) -> None:
        """Close the connection; calls in flight are lost."""
        self._drop_all(ClientClosedError("the client was closed"))

    async def _ask(self, question: Inquire | Scale, seconds: float) -> dict[str, Any]:
        if self._links.several:
            raise ClientError(FOR_ONE)
        connection = self._choose() or await self._connect()
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[tuple[Told, bytes]] = loop.create_future()
        self._asked[question.id] = answer
        try:
            connection.ask(question)
            loop.call_soon(self._exchange)  # ZeroMQ's descriptor may have been used up
            async with asyncio.timeout(seconds):
                return read_answer(*await answer)
        except TimeoutError:
            raise CallTimeoutError(f"no answer within {seconds:g} s") from None
        finally:
            self._asked.pop(question.id, None)

    def _choose(self) -> Connection | None:
        connection = self._links.choose()
        if connection is not None and self._links.several:
            self._try_due()
        return connection

    async def _connect(self) -> Connection:
        loop = self._loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(self._connect_seconds):
                while (connection := self._links.choose()) is None:
                    await self._greeting(loop)
        except TimeoutError:
            connection = self._links.choose()
            if connection is None:
                error = self._links.unreachable()
                self._drop_all(error)
                raise error from None
        return connection

    async def _greeting(self, loop: asyncio.AbstractEventLoop) -> None:
        """Wait until a daemon has welcomed us, or others are to be tried."""
        if self._opened is None or self._opened.done():
            self._opened = loop.create_future()
            self._links.hurry()
        opened = self._opened
        self._try_due()
        # One future for all who wait, and waiting for it does not cancel it.
        await asyncio.wait([opened], timeout=FIRST_PAUSE_SECONDS if self._links.several else None)
        if opened.done():
            opened.result()

    def _try_due(self) -> None:
        loop = asyncio.get_running_loop()
        now = time.monotonic()
        for place in self._links.due(now):
            stale, connection = self._links.connect(place, now)
            if stale is not None:
                self._release(stale)
            for descriptor in connection.descriptors:
                loop.add_reader(descriptor, self._receive, connection)
            loop.call_soon(self._receive, connection)

    def _exchange(self) -> None:
        self._looking = False
        for connection in tuple(self._links.made):
            connection.flush()
            self._receive(connection)

    def _receive(self, connection: Connection) -> None:
        if connection not in self._links.made:
            return
        try:
            for number, result in connection.receive():
                answer = self._calls.pop(number, None)
                if answer is not None and not answer.done():
                    answer.set_result(result)
            while connection.told:
                number, told = connection.told.popitem()
                if (asked := self._asked.get(number)) is not None and not asked.done():
                    asked.set_result(told)
            if connection.open and self._opened is not None and not self._opened.done():
                self._opened.set_result(None)
            connection.check()
        except ClientError as error:
            self._drop(connection, error)
            if not self._links.several:
                self._fail_greeting(error)

    def _expire(self, number: int, seconds: float) -> None:
        answer = self._calls.pop(number, None)
        if answer is not None and not answer.done():
            answer.set_exception(CallTimeoutError(f"no result within {seconds:g} s"))

    def _drop(self, connection: Connection, error: ClientError) -> None:
        for number in connection.in_flight:
            answer = self._calls.pop(number, None)
            if answer is not None and not answer.done():
                answer.set_exception(error)
        for number in connection.questions:
            asked = self._asked.get(number)
            if asked is not None and not asked.done():
                asked.set_exception(error)
        self._links.remove(connection, time.monotonic())
        self._release(connection)

    def _drop_all(self, error: ClientError) -> None:
        for connection in tuple(self._links.made):
            self._drop(connection, error)
        self._fail_greeting(error)

    def _fail_greeting(self, error: ClientError) -> None:
        opened, self._opened = self._opened, None
        if opened is not None and not opened.done():
            opened.set_exception(error)
            opened.exception()  # whoever waits has a copy; nobody waiting is no mistake

    def _release(self, connection: Connection) -> None:
        if self._loop is not None and not self._loop.is_closed():
            for descriptor in connection.descriptors:
                self._loop.remove_reader(descriptor)
        connection.close()
