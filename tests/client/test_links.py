"""Several daemons side by side: work is shared, and who is lost is done without."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import zmq
from daemon import PATIENCE_SECONDS, Daemon, short_directory

from actionsd_client import (
    Action,
    AsyncClient,
    CallTimeoutError,
    Client,
    ClientClosedError,
    ClientError,
    ConnectionLostError,
    PendingCall,
    UnreachableError,
)

TRIGGER = "complement-token/pre-userinfo"
MANIFEST = f'[actions.who]\nfile = "who.js"\n[flows]\n"{TRIGGER}" = ["who"]\n'
SCRIPT = """function who(ctx, api) {
  const end = Date.now() + ctx.v1.claims.ms; while (Date.now() < end);
  api.v1.claims.setClaim('who', '%s');
}"""
LONG_MS = 15_000

StartNamed = Callable[[str], Daemon]


def start_named_in(directory: Path, name: str) -> Daemon:
    """Start a daemon whose one action says which of them ran it."""
    registry = directory / name / "actions"
    registry.mkdir(parents=True, exist_ok=True)
    (registry / "who.js").write_text(SCRIPT % name)
    (registry / "t.toml").write_text(MANIFEST)
    return Daemon(directory / name, ["--workers", "2", "--registry", str(registry)])


def wait_both(both: tuple[Daemon, Daemon]) -> tuple[Daemon, Daemon]:
    for daemon in both:
        daemon.wait_ready()
    return both


@pytest.fixture
def start_named(short_path: Path) -> Iterator[StartNamed]:
    """Start daemons that are gone when the test is."""
    daemons: list[Daemon] = []

    def start(name: str) -> Daemon:
        daemons.append(start_named_in(short_path, name))
        return daemons[-1]

    yield start
    for daemon in daemons:
        daemon.end()


@pytest.fixture
def pair(start_named: StartNamed) -> tuple[Daemon, Daemon]:
    return wait_both((start_named("a"), start_named("b")))


@pytest.fixture(scope="module")
def standing() -> Iterator[tuple[Daemon, Daemon]]:
    """Two that no test ends, and that each leaves without work."""
    with short_directory() as place:
        both = start_named_in(place, "a"), start_named_in(place, "b")
        yield wait_both(both)
        for daemon in both:
            daemon.end()


def endpoints(pair: tuple[Daemon, Daemon]) -> list[str]:
    return [daemon.endpoint for daemon in pair]


def submit(client: Client, ms: int = 0) -> PendingCall:
    return client.submit(TRIGGER, tenant="t", context={"claims": {"ms": ms}})


def who(client: Client) -> object:
    return submit(client).result().claims()["who"]


def wait_open(client: Client, count: int = 2) -> None:
    """Call until so many daemons serve the client."""
    until = time.monotonic() + PATIENCE_SECONDS
    while sum(each.open for each in client._links.made) < count:
        assert time.monotonic() < until
        who(client)


async def who_later(client: AsyncClient, ms: int = 0) -> object:
    result = await client.call(TRIGGER, tenant="t", context={"claims": {"ms": ms}})
    return result.claims()["who"]


async def in_flight(client: AsyncClient, ms: int, count: int) -> list[asyncio.Task[object]]:
    """Start calls that take so long; return when all are sent, to both daemons."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while sum(each.open for each in client._links.made) < 2:
            await who_later(client)
        tasks = [asyncio.create_task(who_later(client, ms)) for _ in range(count)]
        while len(client._calls) < count:  # noqa: ASYNC110 - nobody sets an event for tests
            await asyncio.sleep(0)
    return tasks


async def end(daemon: Daemon) -> None:
    await asyncio.to_thread(daemon.end)


def test_calls_one_by_one_go_to_each_in_turn(standing: tuple[Daemon, Daemon]) -> None:
    with Client(endpoints(standing)) as client:
        wait_open(client)
        assert Counter(who(client) for _ in range(10)) == {"a": 5, "b": 5}


def test_jobs_in_flight_are_shared_evenly(standing: tuple[Daemon, Daemon]) -> None:
    with Client(endpoints(standing)) as client:
        wait_open(client)
        # The first four keep all workers, so that none is answered before all are sent.
        pending = [submit(client, 1000 if n < 4 else 0) for n in range(100)]
        assert Counter(one.result().claims()["who"] for one in pending) == {"a": 50, "b": 50}


def test_daemon_with_less_in_flight_gets_the_next_job(standing: tuple[Daemon, Daemon]) -> None:
    with Client(endpoints(standing)) as client:
        wait_open(client)
        slow = submit(client, 4000)
        quick = {who(client) for _ in range(6)}
        assert len(quick) == 1
        assert slow.result().claims()["who"] not in quick


def test_async_load_is_shared(standing: tuple[Daemon, Daemon]) -> None:
    async def scenario() -> Counter[object]:
        lanes = asyncio.Semaphore(16)

        async def lane(client: AsyncClient) -> object:
            async with lanes:
                return await who_later(client, 1)

        async with AsyncClient(endpoints(standing)) as client:
            return Counter(await asyncio.gather(*[lane(client) for _ in range(400)]))

    shares = asyncio.run(scenario())
    assert shares.total() == 400
    assert min(shares["a"], shares["b"]) > 60


def test_killed_daemon_loses_what_it_had_and_the_other_serves(pair: tuple[Daemon, Daemon]) -> None:
    with Client(endpoints(pair)) as client:
        wait_open(client)
        pending = [submit(client, 1500) for _ in range(4)]
        pair[0].end()
        began = time.monotonic()
        lost = 0
        for one in pending:
            try:
                assert one.result().claims()["who"] == "b"
            except ConnectionLostError:
                lost += 1
        assert lost == 2
        assert {who(client) for _ in range(50)} == {"b"}
        assert time.monotonic() - began < 10


def test_killed_daemon_is_done_without_under_async_load(pair: tuple[Daemon, Daemon]) -> None:
    async def scenario() -> None:
        async with AsyncClient(endpoints(pair)) as client:
            tasks = await in_flight(client, LONG_MS, 4)
            await end(pair[0])
            done, others = await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
            assert [type(task.exception()) for task in done] == [ConnectionLostError] * 2
            for task in others:
                task.cancel()
            # Both workers of the other are busy: what counts is where these jobs are.
            more = await in_flight_at(client, 20)
            assert {len(each.in_flight) for each in client._links.made if each.open} == {22}
            for task in more:
                task.cancel()

    async def in_flight_at(client: AsyncClient, count: int) -> list[asyncio.Task[object]]:
        tasks = [asyncio.create_task(who_later(client)) for _ in range(count)]
        while len(client._calls) < count:  # noqa: ASYNC110 - as above
            await asyncio.sleep(0)
        return tasks

    asyncio.run(scenario())


def test_lost_jobs_are_sent_again_if_the_client_says_so(pair: tuple[Daemon, Daemon]) -> None:
    with Client(endpoints(pair), retry_lost=True) as client:
        wait_open(client)
        pending = [submit(client, 1500) for _ in range(6)]
        pair[0].end()
        assert [one.result().claims()["who"] for one in pending] == ["b"] * 6


def test_lost_async_jobs_are_sent_again_if_the_client_says_so(pair: tuple[Daemon, Daemon]) -> None:
    async def scenario() -> list[object]:
        async with AsyncClient(endpoints(pair), retry_lost=True) as client:
            tasks = await in_flight(client, 1500, 6)
            await end(pair[0])
            return await asyncio.gather(*tasks)

    assert asyncio.run(scenario()) == ["b"] * 6


def test_job_that_is_lost_twice_is_lost(pair: tuple[Daemon, Daemon]) -> None:
    with Client(endpoints(pair), retry_lost=True, connect_timeout=0.3) as client:
        wait_open(client)
        pending = submit(client, LONG_MS)
        for daemon in pair:
            daemon.end()
        with pytest.raises(ConnectionLostError):
            pending.result()


def test_async_job_that_is_lost_twice_is_lost(pair: tuple[Daemon, Daemon]) -> None:
    async def scenario() -> None:
        async with AsyncClient(endpoints(pair), retry_lost=True, connect_timeout=0.3) as client:
            [task] = await in_flight(client, LONG_MS, 1)
            for daemon in pair:
                await end(daemon)
            with pytest.raises(ConnectionLostError):
                await task

    asyncio.run(scenario())


def test_closing_sends_nothing_again(pair: tuple[Daemon, Daemon]) -> None:
    client = Client(endpoints(pair), retry_lost=True)
    pending = [submit(client, 300) for _ in range(4)]
    client.close()
    for one in pending:
        with pytest.raises(ClientClosedError):
            one.result()
    assert not client._links.made


def test_closing_async_client_sends_nothing_again(pair: tuple[Daemon, Daemon]) -> None:
    async def scenario() -> None:
        client = AsyncClient(endpoints(pair), retry_lost=True)
        tasks = await in_flight(client, 300, 4)
        client.close()
        for task in tasks:
            with pytest.raises(ClientClosedError):
                await task
        assert not client._links.made

    asyncio.run(scenario())


def test_sole_daemon_gets_a_lost_job_again_when_it_is_back(start_named: StartNamed) -> None:
    first = start_named("a")
    with Client(first.endpoint, retry_lost=True, connect_timeout=30) as client:
        pending = submit(client, 300)
        assert who(client) == "a"  # answered after the other was taken
        first.end()
        start_named("a")
        assert pending.result().claims()["who"] == "a"


def test_lost_job_whose_time_is_up_is_not_sent_again(pair: tuple[Daemon, Daemon]) -> None:
    with Client(endpoints(pair), retry_lost=True, connect_timeout=0.3) as client:
        wait_open(client)
        pending = [submit(client, LONG_MS) for _ in range(2)]
        for daemon in pair:
            daemon.end()
        for one in pending:
            with pytest.raises((CallTimeoutError, ConnectionLostError)):
                one.result(0)
        assert not client._calls


def test_daemon_that_comes_back_is_used_again(
    pair: tuple[Daemon, Daemon], start_named: StartNamed
) -> None:
    with Client(endpoints(pair)) as client:
        wait_open(client)
        pair[0].end()
        while len(client._links.made) == 2:  # until the loss is known
            client._pump(0.1)
        assert {who(client) for _ in range(10)} == {"b"}
        start_named("a").wait_ready()
        wait_open(client)
        assert {who(client) for _ in range(4)} == {"a", "b"}


def test_daemon_that_comes_back_is_used_by_an_async_client(
    pair: tuple[Daemon, Daemon], start_named: StartNamed
) -> None:
    async def scenario() -> None:
        async with AsyncClient(endpoints(pair)) as client:
            await asyncio.gather(*await in_flight(client, 1, 2))
            await end(pair[0])
            while len(client._links.made) == 2:  # noqa: ASYNC110 - as above
                await asyncio.sleep(0.005)
            assert await who_later(client) == "b"
            await asyncio.to_thread(start_named("a").wait_ready)
            async with asyncio.timeout(PATIENCE_SECONDS):
                while await who_later(client) != "a":
                    pass

    asyncio.run(scenario())


def test_one_that_is_not_there_costs_no_wait(start_named: StartNamed, short_path: Path) -> None:
    daemon = start_named("a")
    daemon.wait_ready()
    with Client([f"ipc://{short_path}/nobody", daemon.endpoint], connect_timeout=30) as client:
        began = time.monotonic()
        assert [who(client) for _ in range(50)] == ["a"] * 50
        assert time.monotonic() - began < 10


def test_listener_that_does_not_answer_gets_no_job(
    start_named: StartNamed, short_path: Path
) -> None:
    endpoint = f"ipc://{short_path}/mute"
    daemon = start_named("a")
    daemon.wait_ready()
    mute: zmq.Socket[bytes] = zmq.Context.instance().socket(zmq.ROUTER)
    with mute, Client([endpoint, daemon.endpoint], connect_timeout=30) as client:
        mute.bind(endpoint)
        assert [who(client) for _ in range(50)] == ["a"] * 50


def test_daemons_may_start_after_the_client(start_named: StartNamed) -> None:
    # Not waited for: the client is there first.
    with Client([start_named("a").endpoint, start_named("b").endpoint], connect_timeout=60) as some:
        assert who(some) in {"a", "b"}


def test_all_down_is_unreachable_and_names_all(short_path: Path) -> None:
    nobody = [f"ipc://{short_path}/{name}" for name in ("x", "y")]
    began = time.monotonic()
    with Client(nobody, connect_timeout=0.3) as client:
        for _ in range(2):
            with pytest.raises(UnreachableError, match=f"{nobody[0]} or {nobody[1]}"):
                submit(client)
    assert 0.6 <= time.monotonic() - began < 5


def test_all_down_is_unreachable_for_every_async_call(short_path: Path) -> None:
    nobody = [f"ipc://{short_path}/{name}" for name in ("x", "y")]

    async def scenario() -> list[object]:
        async with AsyncClient(nobody, connect_timeout=0.3) as client:
            calls = [who_later(client) for _ in range(5)]
            return list(await asyncio.gather(*calls, return_exceptions=True))

    errors = asyncio.run(scenario())
    assert [type(error) for error in errors] == [UnreachableError] * 5
    assert f"{nobody[0]} or {nobody[1]}" in str(errors[0])


def test_endpoint_that_is_none_is_named_at_every_call(start_named: StartNamed) -> None:
    daemon = start_named("a")
    with Client([daemon.endpoint, "nonsense"]) as client:
        for _ in range(2):
            with pytest.raises(ClientError, match="endpoint nonsense: "):
                submit(client)


def test_script_of_the_job_goes_with_it(standing: tuple[Daemon, Daemon]) -> None:
    actions = [Action(name="f", script="function f(ctx, api) { api.v1.claims.setClaim('k', 1) }")]
    with Client(endpoints(standing)) as client:
        wait_open(client)
        for _ in range(4):
            result = client.call(TRIGGER, tenant="t", context={}, actions=actions)
            assert result.claims() == {"k": 1}
