"""Connections: slow heads, idle ones, deaf ones, and words for what is no request."""

from __future__ import annotations

import asyncio
import contextlib
import socket

import pytest
from http_gateway import PREUSERINFO, Line, http_of, logged, running
from servers import run
from yarl import URL

from actionsd_gateway import connection

GET = "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"


@pytest.mark.parametrize("begun", ["", "GET /healthz HT", "GET /healthz HTTP/1.1\r\nHost: x\r\n"])
def test_connection_whose_head_does_not_come_in_time_is_closed(begun: str) -> None:
    async def scenario() -> None:
        async with running(http_of(header_seconds=0.1)) as gateway:
            line = await Line.open(gateway.urls[0])
            await line.send(begun)
            assert await line.rest() == b""
            await line.close()

    run(scenario())


def test_head_that_drips_after_a_request_is_not_waited_for_either() -> None:
    async def scenario() -> None:
        async with running(http_of(header_seconds=0.1)) as gateway:
            line = await Line.open(gateway.urls[0])
            await line.send(GET)
            assert (await line.reply()).status == 200
            await line.send(GET[:20])
            assert await line.rest() == b""
            await line.close()

    run(scenario())


def test_connection_between_requests_may_be_idle_longer_than_a_head_may_take() -> None:
    async def scenario() -> None:
        async with running(http_of(header_seconds=0.05)) as gateway:
            line = await Line.open(gateway.urls[0])
            for _ in range(2):
                await line.send(GET)
                assert (await line.reply()).status == 200
                await asyncio.sleep(0.3)  # six times what a head may take
            await line.close()

    run(scenario())


def test_idle_connection_is_closed_in_the_end() -> None:
    async def scenario() -> None:
        async with running(http_of(idle_seconds=0.1)) as gateway:
            line = await Line.open(gateway.urls[0])
            await line.send(GET)
            assert (await line.reply()).status == 200
            assert await line.rest() == b""
            await line.close()

    run(scenario())


def test_response_that_nobody_takes_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "TAKE_SECONDS", 0.2)
    asks = b"GET /openapi.json HTTP/1.1\r\nHost: x\r\n\r\n" * 1000

    async def scenario() -> None:
        loop = asyncio.get_running_loop()
        async with running() as gateway:
            at = URL(gateway.urls[0])
            with socket.create_connection((at.host, at.port)) as deaf:
                deaf.setblocking(False)
                # Until it is cut off; some of what it sends is not even read.
                with contextlib.suppress(ConnectionError):
                    while True:
                        await loop.sock_sendall(deaf, asks)

    with logged() as log:
        run(scenario())
    assert "http_not_taken" in log.getvalue()


@pytest.mark.parametrize("path", ["/healthz", "/nothing", PREUSERINFO])
def test_what_aiohttp_refuses_by_itself_is_a_problem_in_our_words(path: str) -> None:
    async def scenario() -> None:
        async with running() as gateway:
            line = await Line.open(gateway.urls[0])
            await line.send(f"POST {path} HTTP/1.1\r\nHost: x\r\nExpect: secret-token\r\n\r\n")
            reply = await line.reply()
            assert (reply.status, reply.problem) == (400, "malformed")
            assert reply.headers["Server"] == "actionsd"
            assert b"secret-token" not in reply.body
            await line.close()

    with logged() as log:
        run(scenario())
    assert "http_refused" in log.getvalue()
    assert "secret-token" not in log.getvalue()


@pytest.mark.parametrize(
    "text",
    [
        "hello\r\n\r\n",
        "GET / HTTP/1.1\r\nAuthorization Bearer secret-token\r\n\r\n",
        f"GET /{'x' * 9000}?secret-token HTTP/1.1\r\nHost: x\r\n\r\n",
        f"GET / HTTP/1.1\r\nX: {'secret-token' * 1000}\r\n\r\n",
        "GET / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\nsecret-token",
    ],
)
def test_what_is_no_request_is_a_problem_and_is_not_quoted(
    text: str,
) -> None:
    async def scenario() -> None:
        async with running() as gateway:
            line = await Line.open(gateway.urls[0])
            await line.send(text)
            reply = await line.reply()
            assert (reply.status, reply.problem) == (400, "malformed")
            assert b"secret-token" not in reply.body
            assert await line.rest() == b""
            await line.close()

    with logged() as log:
        run(scenario())
    said = log.getvalue()
    assert "http_refused" in said
    assert "secret-token" not in said
