"""One request and its response over one new connection: the only module that dials.

What is dialled was decided before: the connector resolves nothing, and the factory of its
sockets refuses every address that was not checked, so that no name is looked up a second
time with another answer. Every exchange has a connection of its own that ends with it. To
keep some would save a handshake; it would also let bytes that a server sends too many
become the next response, of another job, and leave sockets open that belong to no job.
"""

from __future__ import annotations

import asyncio
import os
import socket
import ssl
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, suppress
from typing import NoReturn

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.http_exceptions import HttpProcessingError, LineTooLong

from actionsd_broker.fetch.decoding import ACCEPT_ENCODING
from actionsd_broker.fetch.headers import (
    MAX_RESPONSE_HEADER_BYTES,
    MAX_RESPONSE_HEADERS,
    size_of,
    value_of,
)
from actionsd_broker.fetch.hosts import Address
from actionsd_broker.fetch.outcomes import Fault, Header
from actionsd_broker.fetch.redirects import Outgoing
from actionsd_broker.fetch.target import Target
from actionsd_protocol import __version__

MAX_HEADER_LINE_BYTES = 8190
MAX_DIALLED = 6
"""A name may have more addresses; these many are tried."""

USER_AGENT = f"actionsd/{__version__}"

_READ_BYTES = 64 * 1024
_NEVER_ADDED = ("Accept", "Accept-Encoding", "Content-Type", "User-Agent")
_ROUNDS_TO_CLOSE = 100


class ExchangeError(Exception):
    """Raised when there is no response, or not the whole; its text is the reason."""

    def __init__(self, kind: Fault, reason: str) -> None:
        super().__init__(reason)
        self.kind = kind


class Reply:
    """A response whose body has not been read yet."""

    def __init__(self, response: aiohttp.ClientResponse) -> None:
        self._response = response
        self.status = response.status
        self.headers: tuple[Header, ...] = tuple(
            (name.decode("utf-8", "replace"), value.decode("utf-8", "replace"))
            for name, value in response.raw_headers
        )

    async def read(self) -> bytes:
        """Return the next bytes of the body, none at its end; raises ExchangeError."""
        try:
            return await self._response.content.readany()
        except (aiohttp.ClientError, HttpProcessingError, OSError) as error:
            _explain(error)

    def close(self) -> None:
        """Give the connection up, with what was not read."""
        self._response.close()


class Exchanges:
    """Makes exchanges, with one configuration of TLS."""

    def __init__(self, tls: ssl.SSLContext) -> None:
        self._tls = tls

    @asynccontextmanager
    async def open(
        self,
        target: Target,
        addresses: Sequence[Address],
        outgoing: Outgoing,
        connect_seconds: float,
    ) -> AsyncIterator[Reply]:
        """Send a request and hand the reply out; raises ExchangeError.

        `connect_seconds` are for the connection and its handshake. At the end, however it
        comes, the connection is closed.
        """
        connector = _PinnedConnector(target, addresses[:MAX_DIALLED], self._tls)
        session = aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            trust_env=False,
            auto_decompress=False,
            read_bufsize=_READ_BYTES,
            max_line_size=MAX_HEADER_LINE_BYTES,
            max_field_size=MAX_HEADER_LINE_BYTES,
            max_headers=MAX_RESPONSE_HEADERS,
            timeout=aiohttp.ClientTimeout(connect=connect_seconds, ceil_threshold=1e9),
        )
        reply = None
        try:
            reply = await _send(session, target, outgoing)
            _check(reply)
            yield reply
        finally:
            if reply is not None:
                reply.close()
            connector.cut()
            await session.close()
            await connector.wait_closed()


async def _send(session: aiohttp.ClientSession, target: Target, outgoing: Outgoing) -> Reply:
    try:
        response = await session.request(
            outgoing.method,
            target.url(),
            headers=_complete(outgoing.headers, target),
            data=outgoing.body,
            skip_auto_headers=_NEVER_ADDED,
            allow_redirects=False,
        )
    except (aiohttp.ClientError, OSError) as error:
        _explain(error)
    return Reply(response)


def _check(reply: Reply) -> None:
    if reply.status < 200:
        raise ExchangeError(Fault.PROTOCOL, "the server changes the protocol unasked")
    if size_of(reply.headers) > MAX_RESPONSE_HEADER_BYTES:
        reason = f"it has more than {MAX_RESPONSE_HEADER_BYTES} bytes of headers"
        raise ExchangeError(Fault.TOO_LARGE, reason)


def _complete(headers: Sequence[Header], target: Target) -> list[Header]:
    added = [("Host", target.authority), ("Accept-Encoding", ACCEPT_ENCODING)]
    if value_of(headers, "user-agent") is None:
        added.append(("User-Agent", USER_AGENT))
    return [*added, *headers]


class _PinnedConnector(aiohttp.TCPConnector):
    """Dials one target at checked addresses, once."""

    def __init__(self, target: Target, addresses: Sequence[Address], tls: ssl.SSLContext) -> None:
        self._allowed = {(str(address), target.port) for address in addresses}
        self._sockets: list[socket.socket] = []
        self._asked = False
        super().__init__(
            resolver=_Checked(target.host, addresses),
            use_dns_cache=False,
            ssl=tls,
            force_close=True,
            limit=1,
            socket_factory=self._make_socket,
        )

    async def connect(
        self,
        req: aiohttp.ClientRequest,
        traces: list[aiohttp.tracing.Trace],
        timeout: aiohttp.ClientTimeout,  # noqa: ASYNC109 - the method's signature is aiohttp's
    ) -> aiohttp.connector.Connection:
        """Connect, unless that has been done: aiohttp repeats some requests unasked."""
        if self._asked:
            raise aiohttp.ServerDisconnectedError
        self._asked = True
        return await super().connect(req, traces, timeout)

    def _make_socket(self, address: aiohttp.AddrInfoType) -> socket.socket:
        family, kind, protocol, _, place = address
        if tuple(place[:2]) not in self._allowed:
            raise OSError(f"{place[0]} was not checked")
        made = socket.socket(family, kind, protocol)
        self._sockets.append(made)
        return made

    def cut(self) -> None:
        """End every connection at once, unsent bytes and TLS's farewell included."""
        for made in self._sockets:
            with suppress(OSError):  # never connected, or closed
                made.shutdown(socket.SHUT_RDWR)

    async def wait_closed(self) -> None:
        """Let the loop close what was cut; it does so within a few rounds."""
        for _ in range(_ROUNDS_TO_CLOSE):
            if all(made.fileno() == -1 for made in self._sockets):
                return
            await asyncio.sleep(0)


class _Checked(AbstractResolver):
    """Answers with the addresses that were checked, for the name that they are of."""

    def __init__(self, host: str, addresses: Sequence[Address]) -> None:
        self._host = host
        self._addresses = addresses

    async def resolve(
        self,
        host: str,
        port: int = 0,
        family: socket.AddressFamily = socket.AF_UNSPEC,  # noqa: ARG002 - as above
    ) -> list[ResolveResult]:
        if host != self._host:
            raise OSError(f"{host} was not checked")
        return [
            ResolveResult(
                hostname=host,
                host=str(address),
                port=port,
                family=socket.AF_INET if address.version == 4 else socket.AF_INET6,
                proto=socket.IPPROTO_TCP,
                flags=socket.AI_NUMERICHOST,
            )
            for address in self._addresses
        ]

    async def close(self) -> None:
        """Do nothing: it has nothing open."""


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
