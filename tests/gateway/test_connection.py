"""Connections: slow heads, idle ones, too many, and words for what is no request."""

from __future__ import annotations

import asyncio

import pytest
from http_gateway import Line, http_of, logged, running
from servers import run

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
                await asyncio.sleep(0.15)  # three times what a head may take
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


def test_connections_beyond_the_limit_are_cut_off_and_the_operators_are_not() -> None:
    async def scenario() -> None:
        http = http_of(connections=2, operations="[::1]:0")
        async with running(http) as gateway:
            lines = [await Line.open(gateway.urls[0]) for _ in range(2)]
            for line in lines:
                await line.send(GET)
                assert (await line.reply()).status == 404
            late = await Line.open(gateway.urls[0])
            assert await late.rest() == b""
            assert (await gateway.get("/healthz")).status == 200
            for line in (late, *lines):
                await line.close()

    run(scenario())


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
