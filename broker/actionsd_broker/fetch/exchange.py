"""One request and its response: over a connection of its own, or over one that was kept.

Connections are kept for requests that may be repeated and have no body, and for the same
tenant's same action only: a server that sends too much hands that to nobody else. What has
come of it by the next request is noticed, and the connection given up (`line`).
"""

from __future__ import annotations

import os
import ssl
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from typing import NoReturn

import aiohttp
from aiohttp.http_exceptions import HttpProcessingError, LineTooLong

from actionsd_broker.fetch.headers import (
    MAX_RESPONSE_HEADER_BYTES,
    MAX_RESPONSE_HEADERS,
    size_of,
    values_of,
)
from actionsd_broker.fetch.hosts import Address
from actionsd_broker.fetch.line import MAX_HEADER_LINE_BYTES, Line
from actionsd_broker.fetch.lines import Key, Lines, Owner
from actionsd_broker.fetch.outcomes import Fault, Header
from actionsd_broker.fetch.redirects import Outgoing
from actionsd_broker.fetch.target import Target

_REPEATABLE = frozenset({"GET", "HEAD"})

_OF_A_CONNECTION = ("negotiate", "ntlm")
"""Schemes whose credentials count for what else comes on the connection."""


class ExchangeError(Exception):
    """Raised when there is no response, or not the whole; its text is the reason."""

    def __init__(self, kind: Fault, reason: str) -> None:
        super().__init__(reason)
        self.kind = kind


class Reply:
    """A response whose body has not been read yet."""

    def __init__(self, response: aiohttp.ClientResponse) -> None:
        self._response = response
        self._ended = False
        self.status = response.status
        self.headers: tuple[Header, ...] = tuple(
            (name.decode("utf-8", "replace"), value.decode("utf-8", "replace"))
            for name, value in response.raw_headers
        )

    async def read(self) -> bytes:
        """Return the next bytes of the body, none at its end; raises ExchangeError."""
        try:
            read = await self._response.content.readany()
        except (aiohttp.ClientError, HttpProcessingError, OSError) as error:
            _explain(error)
        self._ended = not read
        return read

    @property
    def has_ended(self) -> bool:
        """Whether it was read to its end."""
        return self._ended

    def close(self) -> None:
        """Give the connection up, with what was not read."""
        self._response.close()


class Exchanges:
    """Makes exchanges, with one configuration of TLS. Connections are kept for `keep_seconds`."""

    def __init__(self, tls: ssl.SSLContext, keep_seconds: float) -> None:
        self._tls = tls
        self._lines = Lines(keep_seconds)

    @asynccontextmanager
    async def open(
        self,
        owner: Owner,
        target: Target,
        addresses: Sequence[Address],
        outgoing: Outgoing,
        connect_seconds: float,
    ) -> AsyncIterator[Reply]:
        """Send a request and hand the reply out; raises ExchangeError.

        `connect_seconds` are for the connection and its handshake. At the end the connection
        is kept if the reply was read to its end, and closed if not.
        """
        keeps = self._lines.keeps and _may_share(outgoing)
        key = (owner, target.scheme, target.host, target.port, tuple(addresses))
        line = self._lines.take(key) if keeps else None
        reply = None
        try:
            if line is not None:
                reply = await _try_again(line, target, outgoing, connect_seconds)
            if reply is None:
                line = Line(target, addresses, self._tls, lasting=keeps)
                reply = await _send(line, target, outgoing, connect_seconds)
            _check(reply)
            yield reply
        finally:
            if reply is not None:
                reply.close()
            if line is not None and not (keeps and self._keep(key, line, reply)):
                await line.close()

    def _keep(self, key: Key, line: Line, reply: Reply | None) -> bool:
        """Keep a line if it may carry another exchange; say whether it is kept."""
        if reply is None or not reply.has_ended:
            return False
        if not self._lines.keeps or not line.rest():  # none are kept after `close`
            return False
        self._lines.put(key, line)
        return True

    async def close(self) -> None:
        """Close what is kept."""
        await self._lines.close()


async def _try_again(
    line: Line, target: Target, outgoing: Outgoing, connect_seconds: float
) -> Reply | None:
    """Send over a line that was kept; returns None if the server had just given it up."""
    if await line.wake():
        try:
            return await _send(line, target, outgoing, connect_seconds)
        except ExchangeError as error:
            if error.kind is not Fault.CLOSED:
                raise
    await line.close()
    return None


def _may_share(outgoing: Outgoing) -> bool:
    """Say whether a request's connection may carry others."""
    credentials = values_of(outgoing.headers, "authorization")
    return (
        outgoing.method in _REPEATABLE
        and outgoing.body is None
        and not any(value.lower().startswith(_OF_A_CONNECTION) for value in credentials)
    )


async def _send(line: Line, target: Target, outgoing: Outgoing, connect_seconds: float) -> Reply:
    try:
        return Reply(await line.send(target, outgoing, connect_seconds))
    except (aiohttp.ClientError, OSError) as error:
        _explain(error)


def _check(reply: Reply) -> None:
    if reply.status < 200:
        raise ExchangeError(Fault.PROTOCOL, "the server changes the protocol unasked")
    if size_of(reply.headers) > MAX_RESPONSE_HEADER_BYTES:
        reason = f"it has more than {MAX_RESPONSE_HEADER_BYTES} bytes of headers"
        raise ExchangeError(Fault.TOO_LARGE, reason)


def _explain(error: Exception) -> NoReturn:
    """Raise ExchangeError for what aiohttp makes of it.

    Never with the library's own text: it quotes what the server sent.
    """
    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        inner = error.certificate_error
        why = "unknown reason"
        if isinstance(inner, ssl.SSLCertVerificationError):
            why = inner.verify_message
        raise ExchangeError(Fault.TLS, f"its certificate is not valid: {why}") from error
    if isinstance(error, aiohttp.ClientConnectorSSLError):
        raise ExchangeError(Fault.TLS, "no TLS could be agreed on") from error
    if isinstance(error, aiohttp.ConnectionTimeoutError):
        raise ExchangeError(Fault.CONNECT, "no connection in time") from error
    if isinstance(error, aiohttp.ClientConnectorError):
        # The error's own text names addresses, which are no business of a script's.
        number = error.os_error.errno
        why = "no connection" if number is None else os.strerror(number).lower()
        raise ExchangeError(Fault.CONNECT, why) from error
    causes = list(_causes(error))
    if any(isinstance(cause, LineTooLong) for cause in causes):
        why = f"a header has more than {MAX_HEADER_LINE_BYTES} bytes"
        raise ExchangeError(Fault.TOO_LARGE, why) from error
    if any("Too many headers" in str(cause) for cause in causes):
        why = f"it has more than {MAX_RESPONSE_HEADERS} headers"
        raise ExchangeError(Fault.TOO_LARGE, why) from error
    if isinstance(error, aiohttp.ClientPayloadError):
        raise ExchangeError(Fault.CLOSED, "it ends before its body is complete") from error
    if isinstance(error, (aiohttp.ServerDisconnectedError, OSError)):
        raise ExchangeError(Fault.CLOSED, "the connection ended before the response") from error
    raise ExchangeError(Fault.PROTOCOL, "it is not HTTP") from error


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__
