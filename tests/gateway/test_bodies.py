"""Bodies that are too large, too slow, of the wrong type, or not what their head says."""

from __future__ import annotations

import asyncio

import pytest
from http_gateway import Line, http_of, post_head, running
from servers import run

LIMITED = http_of(body_kib=1, body_seconds=0.2)


def test_body_of_the_largest_size_is_taken_and_one_byte_more_is_not() -> None:
    async def scenario() -> None:
        async with running(LIMITED) as gateway:
            # There is no daemon, and the body is no JSON: it was read to its end.
            assert (await gateway.post(b"x" * 1024)).problem == "malformed"
            large = await gateway.post(b"x" * 1025)
        assert large.problem == "too-large"
        assert "1024 bytes" in large.document["detail"]

    run(scenario())


def test_body_that_is_announced_too_large_is_refused_before_it_comes() -> None:
    async def scenario() -> None:
        async with running(LIMITED) as gateway:
            line = await Line.open(gateway.urls[0])
            await line.send(post_head(10**12))
            reply = await line.reply()
            assert reply.problem == "too-large"
            assert reply.headers["Connection"] == "close"
            await line.close()

    run(scenario())


def test_endless_body_is_refused_when_it_has_become_too_large() -> None:
    async def scenario() -> None:
        async with running(LIMITED) as gateway:
            line = await Line.open(gateway.urls[0])
            await line.send(post_head(None))
            await line.send(f"400\r\n{'x' * 1024}\r\n" * 2)
            assert (await line.reply()).problem == "too-large"
            await line.close()

    run(scenario())


@pytest.mark.parametrize("length", [100, None])
def test_body_that_does_not_come_in_time_is_given_up(length: int | None) -> None:
    async def scenario() -> None:
        async with running(LIMITED) as gateway:
            line = await Line.open(gateway.urls[0])
            await line.send(post_head(length))
            await line.send("{" if length else "1\r\n{\r\n")
            reply = await line.reply()
            assert reply.problem == "too-slow"
            assert reply.headers["Connection"] == "close"
            await line.close()

    run(scenario())


def test_slow_bodies_keep_nobody_else_waiting() -> None:
    async def scenario() -> None:
        async with running(http_of(body_seconds=60.0)) as gateway:
            lines = [await Line.open(gateway.urls[0]) for _ in range(50)]
            await asyncio.gather(*(line.send(post_head(100)) for line in lines))
            assert (await gateway.get("/healthz")).status == 200
            for line in lines:
                await line.close()

    run(scenario())


@pytest.mark.parametrize(
    ("headers", "problem"),
    [
        ({"Content-Type": "text/plain"}, "media-type"),
        ({"Content-Type": "application/json; charset=utf-16"}, "media-type"),
        ({"Content-Encoding": "gzip"}, "media-type"),
        ({"Content-Type": "application/json; charset=UTF-8"}, "malformed"),
    ],
)
def test_types_other_than_plain_json_are_refused(headers: dict[str, str], problem: str) -> None:
    async def scenario() -> None:
        async with running() as gateway:
            assert (await gateway.post(b"{", headers=headers)).problem == problem

    run(scenario())


def test_body_in_broken_chunks_is_malformed() -> None:
    async def scenario() -> None:
        async with running() as gateway:
            line = await Line.open(gateway.urls[0])
            await line.send(post_head(None) + "zz\r\n")
            assert (await line.reply()).problem == "malformed"
            await line.close()

    run(scenario())
