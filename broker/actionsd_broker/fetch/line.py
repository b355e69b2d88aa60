"""A connection to a target whose addresses were checked: the only module that dials.

What is dialled was decided before: the connector resolves nothing, and the factory of its
sockets refuses every address that was not checked, so that no name is looked up a second
time with another answer.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Sequence
from contextlib import suppress
from functools import partial

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.client_proto import ResponseHandler
from aiohttp.http_exceptions import HttpProcessingError

from actionsd_broker.fetch.decoding import ACCEPT_ENCODING
from actionsd_broker.fetch.headers import MAX_RESPONSE_HEADERS, value_of
from actionsd_broker.fetch.hosts import Address
from actionsd_broker.fetch.outcomes import Header
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
_FOREVER = 1e9


class Line:
    """A connection for one exchange after another, dialled with the first.

    `lasting` asks the server to leave it open.
    """

    def __init__(
        self, target: Target, addresses: Sequence[Address], tls: ssl.SSLContext, *, lasting: bool
    ) -> None:
        self._connector = _PinnedConnector(target, addresses[:MAX_DIALLED], tls, lasting=lasting)
        self._session = aiohttp.ClientSession(
            connector=self._connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            trust_env=False,
            auto_decompress=False,
            read_bufsize=_READ_BYTES,
            max_line_size=MAX_HEADER_LINE_BYTES,
            max_field_size=MAX_HEADER_LINE_BYTES,
            max_headers=MAX_RESPONSE_HEADERS,
        )

    async def send(
        self, target: Target, outgoing: Outgoing, connect_seconds: float
    ) -> aiohttp.ClientResponse:
        """Send a request; returns when the response begins.

        `target` may differ from the line's in path and query. `connect_seconds` are for the
        connection and its handshake. Raises aiohttp.ClientError and OSError.
        """
        self._connector.expect_one()
        return await self._session.request(
            outgoing.method,
            target.url(),
            headers=_complete(outgoing.headers, target),
            data=outgoing.body,
            skip_auto_headers=_NEVER_ADDED,
            allow_redirects=False,
            timeout=aiohttp.ClientTimeout(connect=connect_seconds, ceil_threshold=_FOREVER),
        )

    @property
    def is_fit(self) -> bool:
        """Whether it may carry another exchange: open, and nothing has come unasked."""
        return self._connector.is_quiet

    def rest(self) -> bool:
        """Wait for another exchange; say whether it is fit for one.

        From now on it ends with the first byte that comes.
        """
        self._connector.rest()
        return self.is_fit

    async def wake(self) -> bool:
        """Say whether it is still fit, now that another exchange is to come."""
        await asyncio.sleep(0)  # TLS may have something that it has not handed on yet
        return self.is_fit

    async def close(self) -> None:
        """End the connection at once, unsent bytes and TLS's farewell included."""
        self._connector.cut()
        await self._session.close()
        await self._connector.wait_closed()


def _complete(headers: Sequence[Header], target: Target) -> list[Header]:
    added = [("Host", target.authority), ("Accept-Encoding", ACCEPT_ENCODING)]
    if value_of(headers, "user-agent") is None:
        added.append(("User-Agent", USER_AGENT))
    return [*added, *headers]


class _Protocol(ResponseHandler):
    """aiohttp's takes in whatever comes: half a response unnoticed, whole ones without end.

    This one does so only while somebody asks.
    """

    rests = False

    def rest(self) -> None:
        """End the connection as soon as anything comes, or now if another response has begun."""
        self.rests = True
        if self._parser is None:
            return
        try:
            begun = self._parser.feed_eof() is not None  # a response, or as much as there is
        except HttpProcessingError:
            begun = True
        if begun:
            self.abort()

    def data_received(self, data: bytes) -> None:
        if self.rests and data:
            self.abort()
        else:
            super().data_received(data)


class _PinnedConnector(aiohttp.TCPConnector):
    """Dials one target at checked addresses, once for each exchange at the most."""

    def __init__(
        self, target: Target, addresses: Sequence[Address], tls: ssl.SSLContext, *, lasting: bool
    ) -> None:
        self._allowed = {(str(address), target.port) for address in addresses}
        self._sockets: list[socket.socket] = []
        self._asked = False
        self._protocol: _Protocol | None = None  # the connection's
        super().__init__(
            resolver=_Checked(target.host, addresses),
            use_dns_cache=False,
            ssl=tls,
            force_close=not lasting,
            keepalive_timeout=_FOREVER if lasting else None,  # who keeps it knows how long
            limit=1,
            socket_factory=self._make_socket,
        )
        made: type[ResponseHandler] = _Protocol
        self._factory = partial(made, loop=self._loop)

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
        connection = await super().connect(req, traces, timeout)
        if isinstance(connection.protocol, _Protocol):
            self._protocol = connection.protocol
            self._protocol.rests = False
        return connection

    def expect_one(self) -> None:
        """Allow one exchange, with the connection that there is or a new one."""
        self._asked = False

    def rest(self) -> None:
        """End the connection with the first byte that comes until the next exchange."""
        if self._protocol is not None:
            self._protocol.rest()

    @property
    def is_quiet(self) -> bool:
        """Whether the connection is open, and nothing has come that was not asked for."""
        protocol = self._protocol
        if protocol is None or not protocol.is_connected() or protocol.should_close:
            return False
        # What the loop has not read yet: a byte, or the end.
        try:
            self._sockets[-1].recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT)
        except BlockingIOError:
            return True
        except OSError:
            return False
        return False

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
