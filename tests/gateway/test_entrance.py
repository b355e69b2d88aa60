"""Entrances: connections beyond the limit, whatever they have begun, and places that come free."""

from __future__ import annotations

import asyncio
from pathlib import Path

import trustme
from http_gateway import Line, http_of, running
from servers import run

GET = "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"


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


def test_connections_that_never_begin_tls_count_as_well(tmp_path: Path) -> None:
    path = tmp_path / "both.pem"
    authority = trustme.CA()
    authority.issue_cert("127.0.0.1").private_key_and_cert_chain_pem.write_to_path(str(path))

    async def scenario() -> None:
        async with running(http_of(connections=2, certificate=str(path))) as gateway:
            silent = [await Line.open(gateway.urls[0].replace("https", "http")) for _ in range(2)]
            late = await Line.open(gateway.urls[0].replace("https", "http"))
            assert await late.rest() == b""
            for line in (late, *silent):
                await line.close()

    run(scenario())


def test_place_of_a_connection_that_ended_is_free_again() -> None:
    async def scenario() -> None:
        async with running(http_of(connections=1)) as gateway:
            for _ in range(3):
                line = await Line.open(gateway.urls[0])
                await line.send(GET.replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n"))
                assert (await line.reply()).status == 200
                assert await line.rest() == b""
                await line.close()

    run(scenario())


def test_many_who_come_at_one_moment_are_not_more_than_may_be() -> None:
    async def scenario() -> None:
        async with running(http_of(connections=3)) as gateway:
            lines = await asyncio.gather(*(Line.open(gateway.urls[0]) for _ in range(20)))
            cut_off = [asyncio.create_task(line.rest()) for line in lines]
            done, waiting = await asyncio.wait(cut_off, timeout=0.5)
            assert (len(done), len(waiting)) == (17, 3)
            for task in waiting:
                task.cancel()
            for line in lines:
                await line.close()

    run(scenario())
