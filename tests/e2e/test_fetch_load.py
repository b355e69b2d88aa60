"""Many fetches at once, and how many there may be."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest
from daemon import Daemon
from outward import TRIGGER, action, call, claims, opening, quote
from servers import Answer, Asked, answering, site

from actionsd_client import Action, AsyncClient, Client, Result
from actionsd_protocol.errors import FailureKind

WORKERS = 4
IN_FLIGHT = 64


def together(count: int) -> Answer:
    """Return an answer that comes to so many at a time, when the last of them is there."""
    barriers: list[asyncio.Barrier] = []  # made in the site's own loop

    async def answer(asked: Asked, writer: asyncio.StreamWriter) -> None:
        if not barriers:
            barriers.append(asyncio.Barrier(count))
        await barriers[0].wait()
        await answering(asked.path)(asked, writer)

    return answer


async def slowly(asked: Asked, writer: asyncio.StreamWriter) -> None:
    """Answer after a while, in which others may come."""
    await asyncio.sleep(0.02)
    await answering()(asked, writer)


async def load(endpoint: str, actions: dict[int, Action], tenants: int) -> dict[int, str]:
    """Run jobs at once, of tenants in turn; return the claim that each sets."""
    got: dict[int, str] = {}

    async def one(client: AsyncClient, number: int, act: Action) -> None:
        tenant = f"t{number % tenants}"
        result = await client.call(TRIGGER, tenant=tenant, context={}, actions=[act])
        got[number] = claims(result)["got"]

    async with AsyncClient(endpoint) as client:
        await asyncio.gather(*(one(client, number, act) for number, act in actions.items()))
    return got


@pytest.mark.parametrize("tenants", [1, 2])
def test_workers_fetch_at_the_same_time_and_nobody_gets_anothers_response(
    start_daemon: Callable[..., Daemon], tenants: int
) -> None:
    # Each fetch waits for three others: one at a time, none would ever end.
    with site(together(WORKERS)) as there:
        daemon = start_daemon(config=opening(there), workers=WORKERS)
        daemon.wait_ready()
        actions = {
            n: action(f"say('got', http.fetch({quote(there.url(f'/{n}'))}).body)", timeout=20)
            for n in range(IN_FLIGHT)
        }
        got = asyncio.run(load(daemon.endpoint, actions, tenants))
        assert there.connections == IN_FLIGHT
        assert there.most_at_once == WORKERS
        daemon.wait_for(lambda: there.sockets_to_it(daemon.process.pid) == 0, "a socket is left")
    assert got == {n: f"/{n}" for n in range(IN_FLIGHT)}


def test_fetches_of_one_tenant_at_once_are_limited(start_daemon: Callable[..., Daemon]) -> None:
    with site(slowly) as there:
        daemon = start_daemon(config=f"[fetch]\nat_once = 1\n{opening(there)}", workers=WORKERS)
        daemon.wait_ready()
        act = action(f"say('got', http.fetch({quote(there.url())}).body)", timeout=20)
        actions = dict.fromkeys(range(2 * WORKERS), act)
        got = asyncio.run(load(daemon.endpoint, actions, 1))
        assert there.most_at_once == 1
        asyncio.run(load(daemon.endpoint, actions, 2))
        assert there.most_at_once == 2  # of another tenant: it does not wait for the first
    assert got == dict.fromkeys(actions, "ok")


def test_fetches_of_one_job_are_limited_in_all_its_actions(
    start_daemon: Callable[..., Daemon],
) -> None:
    with site() as there:
        daemon = start_daemon(config=f"[fetch]\nper_job = 3\n{opening(there)}", workers=1)
        daemon.wait_ready()
        one = f"http.fetch({quote(there.url())});"
        with Client(daemon.endpoint) as client:
            for _ in range(2):  # the next job has them again
                result = call(client, action(one * 2), action(f"{one} say('g', 1); {one}", "g"))
                assert result.error is not None
                assert (result.error.kind, result.error.action) == (FailureKind.FETCH_FAILED, "g")
                assert "more than 3 fetches in one job" in result.error.message
                assert result.claims() == {"g": 1}
        assert len(there.asked) == 6


def test_workers_that_are_killed_amid_fetches_leave_nothing_behind(
    start_daemon: Callable[..., Daemon],
) -> None:
    jobs, kills = 200, 8
    with site(slowly) as there:
        daemon = start_daemon(config=f"spares = 0\n{opening(there)}", workers=WORKERS)
        daemon.wait_ready()
        act = action(f"say('got', http.fetch({quote(there.url())}).body)", timeout=20)

        async def shoot() -> None:
            for count in range(1, kills + 1):
                enough = count * jobs // (2 * kills)
                while len(there.asked) < enough:  # noqa: ASYNC110 - the site has another thread
                    await asyncio.sleep(0.001)
                daemon.kill_worker(count)

        async def one(client: AsyncClient) -> Result:
            return await client.call(TRIGGER, tenant="acme", context={}, actions=[act])

        async def scenario() -> list[Result]:
            async with AsyncClient(daemon.endpoint) as client:
                shooter = asyncio.create_task(shoot())
                results = await asyncio.gather(*(one(client) for _ in range(jobs)))
                await shooter
                return results

        results = asyncio.run(scenario())
        daemon.wait_for(lambda: there.sockets_to_it(daemon.process.pid) == 0, "a socket is left")
    lost = [each.error for each in results if each.error is not None]
    assert {error.kind for error in lost} <= {FailureKind.WORKER_LOST}
    assert len(lost) <= kills
    assert all(each.claims() == {"got": "ok"} for each in results if each.error is None)
