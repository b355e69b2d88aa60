"""Whatever a server does, a fetch ends in time, in bounds, with its reason, and wholly."""

from __future__ import annotations

import asyncio
import gc
import time
import tracemalloc

import pytest
from servers import (
    CHUNKED,
    OK,
    Answer,
    Names,
    NameServer,
    Site,
    answering,
    bombing,
    dripping,
    policy,
    repeating,
    run,
    silence,
    until,
    writing,
)

from actionsd_broker.fetch.fetcher import Fetcher
from actionsd_broker.fetch.limits import FetchTable
from actionsd_broker.fetch.outcomes import Fault, FetchFailed, FetchRequest, FetchResponse, Outcome
from actionsd_broker.fetch.resolver import SystemResolver
from actionsd_broker.fetch.rules import AllowTable

QUICK = 0.15
LIMITS = FetchTable(response_kib=64)


async def fetch(site: Site, seconds: float = 10.0) -> Outcome:
    asked = FetchRequest("GET", site.url())
    until = time.monotonic() + seconds
    return await Fetcher(LIMITS).fetch(asked, policy(site.rule()), until)


def left_over(before: set[asyncio.Task[object]]) -> list[asyncio.Task[object]]:
    """Return the tasks that have come, without those of the server's."""
    servers = ("Site._serve", "_accept_connection2")
    new = asyncio.all_tasks() - before
    return [
        task
        for task in new
        if not repr(task.get_coro()).count(servers[0])
        and not repr(task.get_coro()).count(servers[1])
    ]


def failure(answer: Answer, seconds: float = 10.0, *, listen: bool = True) -> FetchFailed:
    """Return how a fetch fails, after seeing that nothing is left of it."""

    async def scenario() -> FetchFailed:
        async with Site(answer, listen=listen) as site:
            tasks = asyncio.all_tasks()
            outcome = await fetch(site, seconds)
            assert isinstance(outcome, FetchFailed), outcome
            assert site.sockets_to_it() == 0
            assert left_over(tasks) == []
            return outcome

    return run(scenario())


@pytest.mark.parametrize(
    ("answer", "stage"),
    [
        (silence, "waiting for the response"),
        (dripping(OK, b"X-A: b\r\n"), "waiting for the response"),
        (dripping(b"HTTP/1.1 200 ", b"O"), "waiting for the response"),
        (repeating(b"", b"HTTP/1.1 100 Continue\r\n\r\n"), "waiting for the response"),
        (dripping(OK + b"Content-Length: 9999\r\n\r\n", b"x"), "reading the response"),
        (dripping(OK + b"\r\n", b""), "reading the response"),
        (dripping(CHUNKED, b"1\r\nx\r\n"), "reading the response"),
        (repeating(CHUNKED, b"1;" + b"x" * 1000), "reading the response"),
    ],
)
def test_slow_server_is_left_at_the_deadline(answer: Answer, stage: str) -> None:
    # On a busy machine a short time may be up before the server had its turn.
    outcomes = (failure(answer, seconds) for seconds in (QUICK, 1.0, 4.0))
    assert any(each.kind is Fault.TIMEOUT and stage in each.reason for each in outcomes)


@pytest.mark.parametrize(
    "answer",
    [
        repeating(CHUNKED, b"1000\r\n" + b"x" * 0x1000 + b"\r\n"),
        repeating(CHUNKED, b"1\r\nx\r\n"),
        repeating(OK + b"\r\n", b"x" * 1000),
        repeating(OK + b"Content-Length: 99999999999\r\n\r\n", b"x" * 1000),
        answering(bytes(64 * 1024 + 1)),
    ],
)
def test_endless_body_is_left_at_its_limit(answer: Answer) -> None:
    outcome = failure(answer)
    assert (outcome.kind, "64 KiB" in outcome.reason) == (Fault.TOO_LARGE, True)


def test_bomb_is_left_at_its_limit_and_not_unpacked() -> None:
    tracemalloc.start()
    try:
        outcome = failure(bombing(10 * 2**30))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert outcome.kind is Fault.TOO_LARGE
    assert peak < 8 * 2**20  # the test's own zeros are a part of it


@pytest.mark.parametrize(
    "head",
    [
        b"".join(b"X-%d: y\r\n" % number for number in range(1000)),
        b"X-A: " + b"y" * 10_000 + b"\r\n",
        b"X-" + b"y" * 10_000 + b": a\r\n",
        b"".join(b"X-%d: %s\r\n" % (number, b"y" * 2000) for number in range(50)),
    ],
)
def test_too_many_or_too_large_headers_fail(head: bytes) -> None:
    outcome = failure(writing(OK + head + b"Content-Length: 0\r\n\r\n"))
    assert outcome.kind is Fault.TOO_LARGE
    assert "header" in outcome.reason


def test_endless_header_is_not_gathered() -> None:
    assert failure(repeating(OK + b"X-A: ", b"y" * 1000)).kind is Fault.TOO_LARGE


@pytest.mark.parametrize(
    "data",
    [
        OK + b"Content-Length: 100\r\n\r\nshort",
        CHUNKED + b"5\r\nhello\r\n",
        CHUNKED + b"ffff\r\nhello",
        OK + b"Content-Encoding: gzip\r\nContent-Length: 4\r\n\r\n\x1f\x8b\x08\x00",
    ],
)
def test_body_that_ends_too_early_fails(data: bytes) -> None:
    outcome = failure(writing(data))
    assert outcome.kind in (Fault.CLOSED, Fault.ENCODING)
    assert "too early" in outcome.reason or "before its body is complete" in outcome.reason


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"SSH-2.0-OpenSSH_9.6\r\n\r\n",
        b"HTTP/9.9 banana\r\n\r\n",
        b"HTTP/1.1 20 OK\r\n\r\n",
        b"\0" * 100,
        OK + b"no header\r\n\r\n",
        OK + b"Content-Length: -1\r\n\r\n",
        OK + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\nab",
        OK + b"Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        OK + b"X\0Y: a\r\n\r\n",
        OK + b"X-A: a\0b\r\n\r\n",
        CHUNKED + b"xyz\r\n",
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n",
    ],
)
def test_what_is_not_http_fails_and_is_not_quoted(data: bytes) -> None:
    outcome = failure(writing(data))
    assert outcome.kind in (Fault.PROTOCOL, Fault.CLOSED), outcome
    for quoted in ("OpenSSH", "banana", "no header", "xyz"):
        assert quoted not in outcome.reason + outcome.explanation


@pytest.mark.parametrize("coding", ["br", "zstd", "gzip, br", "gzip\r\nContent-Encoding: gzip"])
def test_coding_that_was_not_asked_for_fails(coding: str) -> None:
    outcome = failure(answering(b"x", 200, (f"Content-Encoding: {coding}",)))
    assert outcome.kind is Fault.ENCODING


def test_server_that_hangs_up_is_not_asked_again() -> None:
    async def scenario() -> None:
        async with Site(writing(b"")) as site:
            outcome = await fetch(site)
            assert isinstance(outcome, FetchFailed)
            assert outcome.kind is Fault.CLOSED
            assert site.connections == 1

    run(scenario())


def test_bytes_behind_a_response_are_nobodys() -> None:
    async def scenario() -> None:
        smuggled = OK + b"Content-Length: 5\r\n\r\nfalse"
        async with Site(writing(OK + b"Content-Length: 4\r\n\r\ntrue" + smuggled)) as site:
            fetcher = Fetcher(LIMITS)
            for _ in range(2):
                asked = FetchRequest("GET", site.url())
                outcome = await fetcher.fetch(asked, policy(site.rule()), time.monotonic() + 9)
                assert isinstance(outcome, FetchResponse)
                assert outcome.body == b"true"
            assert site.connections == 2

    run(scenario())


def test_server_that_does_not_read_is_left_with_what_was_not_sent() -> None:
    async def scenario() -> None:
        async with Site(silence, listen=False) as site:
            fetcher = Fetcher(FetchTable(request_kib=1024))
            # More than sockets on both sides hold.
            asked = FetchRequest("POST", site.url(), (), bytes(2**20))
            tasks = [
                fetcher.fetch(asked, policy(site.rule()), time.monotonic() + QUICK)
                for _ in range(8)
            ]
            for outcome in await asyncio.gather(*tasks):
                assert isinstance(outcome, FetchFailed)
                assert outcome.kind is Fault.TIMEOUT
            assert site.sockets_to_it() == 0

    run(scenario())


@pytest.mark.parametrize(
    "answer",
    [
        silence,
        dripping(OK, b"X-A: b\r\n"),
        repeating(CHUNKED, b"1\r\nx\r\n"),
        dripping(OK + b"Content-Length: 9999\r\n\r\n", b"x"),
        dripping(b"HTTP/1.1 302 Found\r\nLocation: /\r\n", b"X: y\r\n"),
    ],
)
@pytest.mark.parametrize("rounds", [0, 1, 2, 5, 20, 200])
def test_cancelled_fetch_leaves_no_task_and_no_socket(answer: Answer, rounds: int) -> None:
    async def scenario() -> None:
        async with Site(answer) as site:
            before = asyncio.all_tasks()
            task = asyncio.create_task(fetch(site))
            for _ in range(rounds):
                await asyncio.sleep(0)
            task.cancel()
            results = await asyncio.gather(task, return_exceptions=True)
            if not isinstance(results[0], FetchFailed):  # the endless body may have been quicker
                assert isinstance(results[0], asyncio.CancelledError)
            assert site.sockets_to_it() == 0
            assert left_over(before) == []

    run(scenario())


def test_cancelled_tls_handshake_leaves_no_socket() -> None:
    async def scenario() -> None:
        async with Site(silence, listen=False) as site:
            table = AllowTable("127.0.0.1", port=site.port, private=True)
            asked = FetchRequest("GET", f"https://127.0.0.1:{site.port}/")
            task = asyncio.create_task(
                Fetcher(LIMITS).fetch(asked, policy(table), time.monotonic() + 9)
            )
            await until(lambda: site.connections > 0)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            assert site.sockets_to_it() == 0

    run(scenario())


def test_name_server_that_does_not_answer_fails_in_the_time_for_connecting() -> None:
    async def scenario() -> None:
        async with NameServer() as server:
            server.mute = True
            resolver = SystemResolver([("127.0.0.1", server.port)])
            fetcher = Fetcher(FetchTable(connect_seconds=QUICK), resolver=resolver)
            asked = FetchRequest("GET", "https://api.test/")
            allowed = policy(AllowTable("api.test"))
            outcome = await fetcher.fetch(asked, allowed, time.monotonic() + 9)
            assert isinstance(outcome, FetchFailed)
            assert (outcome.kind, "in time" in outcome.reason) == (Fault.RESOLVE, True)

    run(scenario())


def test_connection_that_does_not_come_about_fails_in_its_time() -> None:
    async def scenario() -> None:
        async with Site(silence, listen=False) as site:
            table = AllowTable("127.0.0.1", port=site.port, private=True)
            fetcher = Fetcher(FetchTable(connect_seconds=QUICK), resolver=Names())
            asked = FetchRequest("GET", f"https://127.0.0.1:{site.port}/")
            outcome = await fetcher.fetch(asked, policy(table), time.monotonic() + 9)
            assert isinstance(outcome, FetchFailed)
            assert (outcome.kind, "in time" in outcome.reason) == (Fault.CONNECT, True)

    run(scenario())


def test_memory_of_fetches_is_given_back() -> None:
    async def scenario() -> None:
        async with Site(answering(bytes(60 * 1024))) as site:
            for _ in range(5):
                await fetch(site)
            gc.collect()
            tracemalloc.start()
            for _ in range(10):
                await fetch(site)
            site.asked.clear()
            gc.collect()
            assert tracemalloc.get_traced_memory()[0] < 300_000

    try:
        run(scenario())
    finally:
        tracemalloc.stop()
