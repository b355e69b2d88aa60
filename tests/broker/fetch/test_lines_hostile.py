"""Whatever a server does to a connection that is kept, a request gets its own response or none."""

from __future__ import annotations

import asyncio
import ssl
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from ipaddress import ip_address

import pytest
import trustme
from kept import GREETING, OTHER, Afterwards, body, get
from servers import CHUNKED, OK, Answer, Asked, Names, Site, answering, policy, run, until, writing

from actionsd_broker.fetch.exchange import Exchanges, Reply
from actionsd_broker.fetch.fetcher import Fetcher
from actionsd_broker.fetch.hosts import read_pattern
from actionsd_broker.fetch.limits import FetchTable
from actionsd_broker.fetch.outcomes import (
    Fault,
    FetchDenied,
    FetchFailed,
    FetchRequest,
)
from actionsd_broker.fetch.redirects import Outgoing
from actionsd_broker.fetch.target import read_url
from actionsd_broker.fetch.vault import Secret, Vault

PAUSING = 200_000
"""Bytes of a body that make the reading of a connection pause until they are taken."""

both = pytest.mark.parametrize("secure", [False, True], ids=["http", "https"])


@cache
def make_tls() -> tuple[ssl.SSLContext, ssl.SSLContext]:
    authority = trustme.CA()
    server, client = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), ssl.create_default_context()
    authority.issue_cert("127.0.0.1").configure_cert(server)
    authority.configure_trust(client)
    return server, client


@asynccontextmanager
async def serving(
    answer: Answer, *, secure: bool = False, total_seconds: float = 10.0
) -> AsyncIterator[tuple[Site, Fetcher]]:
    """Have `answer` at `/x`, and `own` everywhere else."""
    server, client = make_tls() if secure else (None, None)
    limits = FetchTable(keep_seconds=60.0, total_seconds=total_seconds)
    async with Site(answering("own"), {"/x": answer}, server, keeps=True) as site:
        fetcher = Fetcher(limits, tls=client)
        yield site, fetcher
        await fetcher.close()
        assert site.sockets_to_it() == 0


@both
@pytest.mark.parametrize(
    "unasked",
    [b"H", OK + b"Content-Length: 5\r\nX-A: ", OTHER, b"HTTP/1.1 100 Continue\r\n\r\n"],
    ids=["first letter", "half a header", "response", "interim response"],
)
@pytest.mark.parametrize(
    "before",
    [
        GREETING,
        CHUNKED + b"2\r\nok\r\n0\r\nX-A: b\r\n\r\n",
        b"HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n",
        OK + b"Upgrade: h2c\r\nConnection: upgrade\r\nContent-Length: 2\r\n\r\nok",
    ],
    ids=["length", "chunks", "no body", "upgrade"],
)
def test_connection_with_something_behind_a_response_is_not_kept(
    before: bytes, unasked: bytes, secure: bool
) -> None:
    async def scenario() -> None:
        async with serving(writing(before + unasked), secure=secure) as (site, fetcher):
            body(await get(fetcher, site, "/x"))
            assert site.sockets_to_it() == 0
            assert body(await get(fetcher, site)) == b"own"

    run(scenario())


@pytest.mark.parametrize(
    "response",
    [
        OK + b"Connection: close\r\nContent-Length: 2\r\n\r\nok",
        b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok",
        b"HTTP/1.1 101 Switching\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n" + OTHER,
        OK + b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
        OK + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\nok",
        OK + b"Content-Encoding: gzip\r\nContent-Length: 4\r\n\r\njunk",
    ],
    ids=["close", "1.0", "101", "length and chunks", "two lengths", "not gzip"],
)
def test_connection_of_such_a_response_is_not_kept(response: bytes) -> None:
    async def scenario() -> None:
        async with serving(writing(response)) as (site, fetcher):
            await get(fetcher, site, "/x")
            assert site.sockets_to_it() == 0
            assert body(await get(fetcher, site)) == b"own"

    run(scenario())


@both
@pytest.mark.parametrize(
    "unasked", [b"H", b"\r\n", OTHER * 1000], ids=["a letter", "a line", "responses"]
)
def test_connection_ends_as_soon_as_something_comes_while_nobody_asks(
    unasked: bytes, secure: bool
) -> None:
    async def scenario() -> None:
        later = Afterwards(unasked)
        async with serving(later, secure=secure) as (site, fetcher):
            assert body(await get(fetcher, site, "/x")) == b"ok"
            assert site.sockets_to_it() == 1
            await later.come()
            await until(lambda: site.sockets_to_it() == 0)
            assert body(await get(fetcher, site)) == b"own"

    run(scenario())


@both
def test_what_has_come_while_reading_paused_is_nobodys_response(secure: bool) -> None:
    async def scenario() -> None:
        read, sent = asyncio.Event(), asyncio.Event()

        async def answer(_: Asked, writer: asyncio.StreamWriter) -> None:
            writer.write(OK + f"Content-Length: {PAUSING}\r\n\r\n".encode() + bytes(PAUSING))
            await read.wait()
            writer.write(OTHER)
            sent.set()

        async def ask(path: str, *, slowly: bool = False) -> bytes:
            target, addresses = read_url(site.url(path)), [ip_address("127.0.0.1")]
            owner = ("acme", "a")
            async with exchanges.open(owner, target, addresses, Outgoing("GET"), 5.0) as reply:
                if slowly:
                    await until(lambda: _waiting(reply) == PAUSING)
                    read.set()
                    await sent.wait()
                    for _ in range(20):  # it comes in as far as it does
                        await asyncio.sleep(0)
                parts = []
                while part := await reply.read():
                    parts.append(part)
                return b"".join(parts)

        async with serving(answer, secure=secure) as (site, _):
            exchanges = Exchanges(make_tls()[1], 60.0)
            assert len(await ask("/x", slowly=True)) == PAUSING
            assert await ask("/") == b"own"
            await exchanges.close()

    run(scenario())


def _waiting(reply: Reply) -> int:
    return reply._response.content.total_bytes


@both
def test_cancelled_fetch_leaves_no_socket_and_no_response_to_the_next(secure: bool) -> None:
    async def echo(asked: Asked, writer: asyncio.StreamWriter) -> None:
        writer.write(OK + b"Content-Length: 2\r\n\r\n")
        await asyncio.sleep(0)
        writer.write(asked.headers["x-a"].encode())

    async def scenario() -> None:
        cancelled = 0
        async with serving(echo, secure=secure) as (site, fetcher):
            for rounds in range(30):  # so that it is cancelled wherever it may be
                if rounds % 2:
                    await get(fetcher, site, "/x", (("X-A", "ab"),))
                else:
                    await fetcher.close()  # and with a new connection, too
                    fetcher._exchanges = Exchanges(make_tls()[1], 60.0)
                task = asyncio.create_task(get(fetcher, site, "/x", (("X-A", "cd"),)))
                for _ in range(rounds):
                    await asyncio.sleep(0)
                task.cancel()
                await asyncio.sleep(0)
                task.cancel()  # while it cleans up
                await asyncio.wait([task])
                cancelled += task.cancelled()
                assert body(await get(fetcher, site, "/x", (("X-A", "ef"),))) == b"ef"
                await until(lambda: site.sockets_to_it() <= 1)
        assert cancelled > 5

    run(scenario())


def test_kept_connection_that_hangs_ends_with_the_fetch_and_is_not_asked_again() -> None:
    asked = 0

    async def first_only(_: Asked, writer: asyncio.StreamWriter) -> None:
        nonlocal asked
        asked += 1
        if asked > 1:
            await asyncio.Event().wait()
        writer.write(GREETING)

    async def scenario() -> None:
        async with serving(first_only, total_seconds=0.2) as (site, fetcher):
            assert body(await get(fetcher, site, "/x")) == b"ok"
            hung = await get(fetcher, site, "/x")
            assert isinstance(hung, FetchFailed)
            assert hung.kind is Fault.TIMEOUT
            assert (asked, site.connections, site.sockets_to_it()) == (2, 1, 0)
            assert body(await get(fetcher, site)) == b"own"

    run(scenario())


def test_fetch_that_outlives_the_fetcher_keeps_nothing() -> None:
    async def scenario() -> None:
        end = asyncio.Event()

        async def answer(_: Asked, writer: asyncio.StreamWriter) -> None:
            await end.wait()
            writer.write(GREETING)

        async with serving(answer) as (site, fetcher):
            task = asyncio.create_task(get(fetcher, site, "/x"))
            await until(lambda: len(site.asked) == 1)
            await fetcher.close()
            end.set()
            assert body(await task) == b"ok"
            assert site.sockets_to_it() == 0

    run(scenario())


def test_secret_of_a_request_is_in_no_other_on_its_connection() -> None:
    async def scenario() -> None:
        vault = Vault([Secret("crm", "Tok/4f9ab+23c", (read_pattern("127.0.0.1"),))])
        async with serving(answering()) as (site, fetcher):
            fetcher.vault = vault
            await get(fetcher, site, "/x", (("X-A", "{{secret:crm}}"), ("Cookie", "a=b")))
            await get(fetcher, site)
            assert site.asked[0].headers["x-a"] == "Tok/4f9ab+23c"
            assert set(site.asked[1].headers) == {"host", "accept-encoding", "user-agent"}
            assert site.connections == 1

    run(scenario())


@pytest.mark.parametrize("scheme", ["Negotiate", "NTLM"])
def test_credentials_that_count_for_a_connection_have_their_own(scheme: str) -> None:
    async def scenario() -> None:
        async with serving(answering()) as (site, fetcher):
            await get(fetcher, site)
            await get(fetcher, site, headers=(("authorization", f"{scheme} YII="),))
            await get(fetcher, site)
            assert site.asked[1].headers["connection"] == "close"
            assert site.connections == 2

    run(scenario())


def test_kept_connection_is_for_no_request_that_is_not_allowed() -> None:
    async def scenario() -> None:
        async with serving(answering()) as (site, fetcher):
            await get(fetcher, site)
            narrowed = policy(site.rule(path="/only"))
            assert isinstance(await get(fetcher, site, who=narrowed), FetchDenied)
            assert len(site.asked) == 1

    run(scenario())


def test_name_that_leads_elsewhere_by_now_has_another_connection() -> None:
    async def scenario() -> None:
        async with Site(keeps=True) as site:
            fetcher = Fetcher(FetchTable(keep_seconds=60.0))
            request = FetchRequest("GET", site.url(host="api.test"))
            who = policy(site.rule("api.test"))
            for found in ("127.0.0.1", "127.0.0.1", "127.0.0.1 127.0.0.2", "169.254.169.254"):
                fetcher._resolver = Names(api_test=found)
                outcome = await fetcher.fetch(request, who, time.monotonic() + 10.0)
            assert isinstance(outcome, FetchDenied)
            assert (len(site.asked), site.connections) == (3, 2)
            await fetcher.close()

    run(scenario())


def test_redirect_leaves_its_connection_and_takes_no_other_sites() -> None:
    async def scenario() -> None:
        async with Site(keeps=True) as there, serving(answering()) as (here, fetcher):
            here.answers["/x"] = answering(b"", 302, (f"Location: {there.url('/y')}",))
            who = policy(here.rule(), there.rule())
            await get(fetcher, here, who=who)
            for _ in range(2):
                await get(fetcher, here, "/x", (("Authorization", "Bearer a"),), who)
            assert [asked.path for asked in here.asked] == ["/", "/x", "/x"]
            assert here.sockets_to_it() == 0
            assert (len(there.asked), there.connections) == (2, 1)
            assert "authorization" not in there.asked[0].headers
            await fetcher.close()

    run(scenario())
