"""The client for asyncio: any number of calls at once over one connection.

ZeroMQ's descriptor is watched by the event loop and everything is taken in at once when
it stirs; `zmq.asyncio` would cost several times as much for each message.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping, Sequence
from typing import Any, Self

from actionsd_client.client import CALL_SECONDS, CONNECT_SECONDS
from actionsd_client.connection import Connection, encode_context, make_submission
from actionsd_client.endpoint import default_endpoint
from actionsd_client.errors import (
    CallTimeoutError,
    ClientError,
    ConnectionLostError,
    UnreachableError,
)
from actionsd_protocol.messages import Action
from actionsd_protocol.result import Result


class AsyncClient:
    """A connection to the daemon; made when first needed, and again after it was lost.

    As `Client`, but for one event loop instead of one thread.
    """

    def __init__(
        self, endpoint: str | None = None, *, connect_timeout: float = CONNECT_SECONDS
    ) -> None:
        self.endpoint = endpoint or default_endpoint(os.environ, os.getuid())
        self._connect_seconds = connect_timeout
        self._connection: Connection | None = None
        self._opened: asyncio.Future[None] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._calls: dict[int, asyncio.Future[Result]] = {}
        self._next_number = 0
        self._looking = False

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_error: object) -> None:
        self.close()

    async def call(
        self,
        trigger: str,
        *,
        tenant: str,
        context: Mapping[str, Any] | bytes,
        actions: Sequence[Action] | None = None,
        check: bool = False,
        timeout: float = CALL_SECONDS,  # noqa: ASYNC109 - a limit of ours, with an error of ours
    ) -> Result:
        """Run one job and wait for its result, for so many seconds at the most.

        Raises UnreachableError, ConnectionLostError, CallTimeoutError or RefusedError.
        """
        self._next_number += 1
        number = self._next_number
        submission = make_submission(number, trigger, tenant, actions, check=check)
        document = encode_context(context)
        connection = await self._connect()
        connection.submit(submission, document)
        loop = asyncio.get_running_loop()
        if not self._looking:
            # Once for all that is submitted in this round of the loop. To look is needed too:
            # ZeroMQ's descriptor tells of changes only, and sending may have used one up.
            self._looking = True
            loop.call_soon(self._exchange)
        answer: asyncio.Future[Result] = loop.create_future()
        self._calls[number] = answer
        timer = loop.call_later(timeout, self._expire, number, timeout)
        try:
            return await answer
        finally:
            timer.cancel()
            self._calls.pop(number, None)

    def close(self) -> None:
        """Close the connection; calls in flight are lost."""
        self._drop(ConnectionLostError("the client was closed"))

    async def _connect(self) -> Connection:
        try:
            async with asyncio.timeout(self._connect_seconds):
                while True:
                    if self._opened is None:
                        self._opened = self._open()
                    # Shielded: others wait for the same greeting.
                    await asyncio.shield(self._opened)
                    if self._connection is not None and self._connection.open:
                        return self._connection
        except TimeoutError:
            text = f"no daemon answers at {self.endpoint}; is `actionsd serve` running?"
            self._drop(UnreachableError(text))
            raise UnreachableError(text) from None

    def _open(self) -> asyncio.Future[None]:
        loop = self._loop = asyncio.get_running_loop()
        connection = self._connection = Connection(self.endpoint)
        for descriptor in connection.descriptors:
            loop.add_reader(descriptor, self._receive)
        loop.call_soon(self._receive)
        return loop.create_future()

    def _exchange(self) -> None:
        self._looking = False
        if self._connection is not None:
            self._connection.flush()
            self._receive()

    def _receive(self) -> None:
        connection = self._connection
        if connection is None:
            return
        try:
            for number, result in connection.receive():
                answer = self._calls.pop(number, None)
                if answer is not None and not answer.done():
                    answer.set_result(result)
            if connection.open and self._opened is not None and not self._opened.done():
                self._opened.set_result(None)
            connection.check()
        except ClientError as error:
            self._drop(error)

    def _expire(self, number: int, seconds: float) -> None:
        answer = self._calls.pop(number, None)
        if answer is not None and not answer.done():
            answer.set_exception(CallTimeoutError(f"no result within {seconds:g} s"))

    def _drop(self, error: ClientError) -> None:
        calls, self._calls = self._calls, {}
        for answer in calls.values():
            if not answer.done():
                answer.set_exception(error)
        opened, self._opened = self._opened, None
        if opened is not None and not opened.done():
            opened.set_exception(error)
            opened.exception()  # whoever waits has a copy; nobody waiting is no mistake
        if self._connection is not None:
            if self._loop is not None and not self._loop.is_closed():
                for descriptor in self._connection.descriptors:
                    self._loop.remove_reader(descriptor)
            self._connection.close()
            self._connection = None
