"""A gateway in a test's own event loop, and requests to it byte by byte."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import io
import json
import logging
import ssl
from collections.abc import AsyncIterator, Iterator, Mapping
from typing import Any, NamedTuple, Self

from aiohttp import ClientSession, TCPConnector
from yarl import URL

from actionsd_broker import log
from actionsd_broker.http_config import ClientTable, HttpConfig
from actionsd_gateway.server import start
from actionsd_gateway.service import Service

TOKEN = "a-token"  # noqa: S105 - of tests
NARROW_TOKEN = "another-token"  # noqa: S105 - of tests
NOWHERE = "ipc:///nowhere/at/all"
PREUSERINFO = "/v1/triggers/complement-token/pre-userinfo"
AUTHORIZED = {"Authorization": f"Bearer {TOKEN}"}
PROBLEM = "application/problem+json"


def hash_of(token: str) -> str:
    """Return what the configuration has of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


CLIENTS = {
    "idp": ClientTable((hash_of(TOKEN),), ("*",), ("*",), inline=True),
    "narrow": ClientTable((hash_of(NARROW_TOKEN),), ("acme",), ("complement-token/*",)),
}


def http_of(**changes: Any) -> HttpConfig:
    """Return a configuration for tests: any free port, and two clients."""
    return HttpConfig(**{"listen": "127.0.0.1:0", "clients": CLIENTS, **changes})


class Reply(NamedTuple):
    """A response, whole."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def document(self) -> Any:
        """The body, as JSON."""
        return json.loads(self.body)

    @property
    def problem(self) -> str:
        """The name of the problem that it is."""
        assert self.headers["Content-Type"] == PROBLEM
        assert self.document["status"] == self.status
        assert self.document["request_id"] == self.headers["X-Request-Id"]
        return str(self.document["type"]).removeprefix("urn:actionsd:problem:")


class Gateway:
    """A gateway that runs: `urls` are where, the operator's the last."""

    def __init__(self, urls: list[str], session: ClientSession) -> None:
        self.urls = urls
        self.service: Service
        self._session = session

    @classmethod
    @contextlib.asynccontextmanager
    async def at(cls, *urls: str, context: ssl.SSLContext | None = None) -> AsyncIterator[Self]:
        """Talk to a gateway that runs somewhere."""
        connector = TCPConnector(ssl=context or True)
        async with ClientSession(connector=connector) as session:
            yield cls(list(urls), session)

    async def get(self, path: str, **more: Any) -> Reply:
        """Get something of the operator's."""
        return await self.ask("GET", self.urls[-1] + path, **more)

    async def post(self, body: Any, path: str = PREUSERINFO, **more: Any) -> Reply:
        """Post a body, as JSON unless it is bytes."""
        data = io.BytesIO(body if isinstance(body, bytes) else json.dumps(body).encode())
        headers = {"Content-Type": "application/json", **AUTHORIZED, **more.pop("headers", {})}
        return await self.ask("POST", self.urls[0] + path, data=data, headers=headers, **more)

    async def ask(self, method: str, url: str, **more: Any) -> Reply:
        """Send a request; return what came."""
        async with self._session.request(method, URL(url, encoded=True), **more) as response:
            return Reply(response.status, response.headers, await response.read())


class Line:
    """A connection that a test writes to by itself."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    @classmethod
    async def open(cls, url: str, context: ssl.SSLContext | None = None) -> Self:
        """Connect."""
        at = URL(url)
        return cls(*await asyncio.open_connection(at.host, at.port, ssl=context))

    async def send(self, text: str) -> None:
        """Send a part of a request."""
        self._writer.write(text.encode())
        await self._writer.drain()

    async def reply(self) -> Reply:
        """Return a response."""
        head = (await self._reader.readuntil(b"\r\n\r\n")).decode()
        first, *lines = head.strip().split("\r\n")
        headers = dict(line.split(": ", 1) for line in lines)
        body = await self._reader.readexactly(int(headers["Content-Length"]))
        return Reply(int(first.split()[1]), headers, body)

    async def rest(self) -> bytes:
        """Return what comes until the connection ends."""
        try:
            return await self._reader.read()
        except ConnectionError:
            return b""

    async def close(self) -> None:
        """Hang up."""
        self._writer.close()
        with contextlib.suppress(ConnectionError):
            await self._writer.wait_closed()


@contextlib.asynccontextmanager
async def running(
    http: HttpConfig | None = None, endpoint: str = NOWHERE
) -> AsyncIterator[Gateway]:
    """Run a gateway, for a daemon that may not be there."""
    async with contextlib.AsyncExitStack() as stack:
        service, urls = await start(stack, http or http_of(), (endpoint,))
        gateway = await stack.enter_async_context(Gateway.at(*urls))
        gateway.service = service
        yield gateway


def post_head(length: int | None, *headers: str, token: str = TOKEN) -> str:
    """Return the head of a request for a job."""
    lines = [f"POST {PREUSERINFO} HTTP/1.1", "Host: x", f"Authorization: Bearer {token}"]
    lines += ["Content-Type: application/json", *headers]
    lines += ["Transfer-Encoding: chunked" if length is None else f"Content-Length: {length}"]
    return "\r\n".join([*lines, "", ""])


@contextlib.contextmanager
def logged() -> Iterator[io.StringIO]:
    """Have what is logged, at every level, as text."""
    logger = logging.getLogger("actionsd")
    before = logger.handlers[:], logger.level, logger.propagate
    with contextlib.redirect_stderr(io.StringIO()) as text:
        log.set_up(level="debug", form="text")
        try:
            yield text
        finally:
            logger.handlers[:], logger.level, logger.propagate = before
