"""Connections that are kept: for whom, for what, and what ends one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from kept import GREETING, OTHER, Afterwards, body, get
from servers import Answer, Asked, Site, answering, policy, run, until, writing

from actionsd_broker.fetch.fetcher import Fetcher
from actionsd_broker.fetch.limits import FetchTable
from actionsd_broker.fetch.lines import MAX_LINES
from actionsd_broker.fetch.outcomes import FetchFailed
from actionsd_broker.fetch.policy import Policy


@asynccontextmanager
async def fetching(keep_seconds: float = 60.0) -> AsyncIterator[Fetcher]:
    fetcher = Fetcher(FetchTable(keep_seconds=keep_seconds))
    try:
        yield fetcher
    finally:
        await fetcher.close()


def of(site: Site, tenant: str = "acme", action: str = "a") -> Policy:
    return Policy(tenant, policy(site.rule()).rules, action)


def test_next_get_of_an_action_has_the_same_connection() -> None:
    async def scenario() -> None:
        async with Site(keeps=True) as site, fetching() as fetcher:
            site.answers["/none"] = answering(b"")
            await get(fetcher, site)
            await get(fetcher, site, method="HEAD", path="/none")
            await get(fetcher, site)
            assert (len(site.asked), site.connections) == (3, 1)
            assert "connection" not in site.asked[0].headers

    run(scenario())


def test_each_request_on_a_connection_is_its_own() -> None:
    async def scenario() -> None:
        async with Site(keeps=True) as site, fetching() as fetcher:
            for path in ("/a?b=c", "/d", "/e%20f?g"):
                await get(fetcher, site, path=path)
            assert [asked.path for asked in site.asked] == ["/a?b=c", "/d", "/e%20f?g"]
            assert site.connections == 1

    run(scenario())


def test_nobody_else_has_it() -> None:
    async def scenario() -> None:
        async with Site(keeps=True) as site, fetching() as fetcher:
            await get(fetcher, site, who=of(site, "acme", "a"))
            await get(fetcher, site, who=of(site, "acme", "b"))
            await get(fetcher, site, who=of(site, "globex", "a"))
            assert site.connections == 3

    run(scenario())


def test_request_that_may_not_be_repeated_has_its_own() -> None:
    async def scenario() -> None:
        async with Site(keeps=True) as site, fetching() as fetcher:
            await get(fetcher, site)
            await get(fetcher, site, method="POST")
            await get(fetcher, site, method="POST")
            assert site.connections == 3
            assert site.asked[1].headers["connection"] == "close"
            await until(lambda: site.at_once == 1)

    run(scenario())


def test_two_at_once_have_two_and_both_are_kept() -> None:
    async def scenario() -> None:
        async with Site(keeps=True) as site, fetching() as fetcher:
            for _ in range(3):
                await asyncio.gather(get(fetcher, site), get(fetcher, site))
            assert (len(site.asked), site.connections) == (6, 2)

    run(scenario())


def test_what_comes_behind_a_response_is_nobodys_response() -> None:
    async def scenario() -> None:
        answers = {"/twice": writing(GREETING + OTHER)}
        async with Site(answering("own"), answers, keeps=True) as site, fetching() as fetcher:
            assert body(await get(fetcher, site, path="/twice")) == b"ok"
            assert body(await get(fetcher, site)) == b"own"
            assert site.connections == 2

    run(scenario())


def test_what_comes_while_nobody_asks_is_nobodys_response() -> None:
    async def scenario() -> None:
        late = Afterwards(OTHER)
        answers: dict[str, Answer] = {"/late": late}
        async with Site(answering("own"), answers, keeps=True) as site, fetching() as fetcher:
            assert body(await get(fetcher, site, path="/late")) == b"ok"
            await late.come()
            assert body(await get(fetcher, site)) == b"own"
            assert site.connections == 2

    run(scenario())


def test_connection_that_the_server_has_closed_is_replaced() -> None:
    async def scenario() -> None:
        bye = Afterwards(None)
        answers: dict[str, Answer] = {"/bye": bye}
        async with Site(answering("own"), answers, keeps=True) as site, fetching() as fetcher:
            assert body(await get(fetcher, site, path="/bye")) == b"ok"
            await bye.come()
            assert body(await get(fetcher, site)) == b"own"
            assert len(site.asked) == 2

    run(scenario())


def test_connection_that_the_server_closes_on_the_request_is_replaced_once() -> None:
    asked = 0

    async def hang_up_after_the_first(request: Asked, writer: asyncio.StreamWriter) -> None:
        nonlocal asked
        asked += 1
        if asked == 1:
            await answering("own")(request, writer)
        else:
            writer.transport.abort()

    async def scenario() -> None:
        async with Site(hang_up_after_the_first, keeps=True) as site, fetching() as fetcher:
            assert body(await get(fetcher, site)) == b"own"
            assert isinstance(await get(fetcher, site), FetchFailed)  # the new one does, too
            assert (asked, site.connections) == (3, 2)

    run(scenario())


def test_response_that_is_given_up_takes_its_connection_with_it() -> None:
    async def scenario() -> None:
        answers = {"/large": answering(b"x" * 2048)}
        fetcher = Fetcher(FetchTable(response_kib=1, keep_seconds=60.0))
        async with Site(answers=answers, keeps=True) as site:
            assert isinstance(await get(fetcher, site, path="/large"), FetchFailed)
            assert site.sockets_to_it() == 0
            await fetcher.close()

    run(scenario())


def test_connection_is_kept_no_longer_than_configured() -> None:
    async def scenario() -> None:
        async with Site(keeps=True) as site, fetching(keep_seconds=0.05) as fetcher:
            await asyncio.gather(get(fetcher, site), get(fetcher, site))
            assert site.sockets_to_it() == 2
            await until(lambda: site.sockets_to_it() == 0)
            await get(fetcher, site)
            assert site.connections == 3

    run(scenario())


def test_no_connection_is_kept_where_none_is_to_be() -> None:
    async def scenario() -> None:
        async with Site(keeps=True) as site, fetching(keep_seconds=0) as fetcher:
            await get(fetcher, site)
            await get(fetcher, site)
            assert (site.connections, site.sockets_to_it()) == (2, 0)
            assert site.asked[0].headers["connection"] == "close"

    run(scenario())


def test_no_more_are_kept_than_there_may_be_and_the_oldest_go_first() -> None:
    async def scenario() -> None:
        async with Site(keeps=True) as site, fetching() as fetcher:
            actions = [of(site, action=f"a{number}") for number in range(MAX_LINES + 5)]
            for who in actions:
                await get(fetcher, site, who=who)
            await until(lambda: site.sockets_to_it() == MAX_LINES)
            await get(fetcher, site, who=actions[-1])
            assert site.connections == len(actions)
            await get(fetcher, site, who=actions[0])
            assert site.connections == len(actions) + 1

    run(scenario())


def test_end_leaves_no_socket_behind() -> None:
    async def scenario() -> None:
        async with Site(keeps=True) as site:
            async with fetching() as fetcher:
                await get(fetcher, site)
                assert site.sockets_to_it() == 1
            assert site.sockets_to_it() == 0

    run(scenario())
