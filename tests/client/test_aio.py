"""The asyncio client against a real daemon."""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from daemon import Daemon
from echo_actions import ECHO, LATE, TRIGGER

from actionsd_client import (
    Action,
    AsyncClient,
    CallTimeoutError,
    ClientError,
    ConnectionLostError,
    DeclinedError,
    RefusedError,
    Result,
    UnreachableError,
)
from actionsd_protocol.errors import FailureKind


async def call(client: AsyncClient, n: int, actions: list[Action] = ECHO, **more: Any) -> Result:
    context = {"claims": {"n": n}}
    return await client.call(TRIGGER, tenant="t", context=context, actions=actions, **more)


async def value(client: AsyncClient, n: int, actions: list[Action] = ECHO) -> object:
    return (await call(client, n, actions)).claims()["k"]


async def in_flight(client: AsyncClient, n: int, count: int = 1) -> list[asyncio.Task[Result]]:
    """Start calls that take so many milliseconds; return when they have been sent."""
    tasks = [asyncio.create_task(call(client, n, LATE)) for _ in range(count)]
    while len(client._calls) < count:  # noqa: ASYNC110 - nobody sets an event for tests
        await asyncio.sleep(0)
    return tasks


def test_call_returns_the_result(daemon: Daemon) -> None:
    async def scenario() -> Result:
        async with AsyncClient(daemon.endpoint) as client:
            return await call(client, 1)

    result = asyncio.run(scenario())
    assert result.mutations == [{"action": "f", "op": "setClaim", "key": "k", "value": 1}]


def test_many_in_flight_get_their_own_answers(daemon: Daemon) -> None:
    async def scenario() -> list[object]:
        lanes = asyncio.Semaphore(32)

        async def lane(client: AsyncClient, n: int) -> object:
            async with lanes:
                return await value(client, n)

        async with AsyncClient(daemon.endpoint) as client:
            return await asyncio.gather(*[lane(client, n) for n in range(500)])

    assert asyncio.run(scenario()) == list(range(500))


def test_all_at_once_share_one_connection(daemon: Daemon) -> None:
    async def scenario() -> list[object]:
        async with AsyncClient(daemon.endpoint) as client:
            return await asyncio.gather(*[value(client, n) for n in range(200)])

    assert asyncio.run(scenario()) == list(range(200))


def test_quick_call_does_not_wait_for_a_slow_one(daemon: Daemon) -> None:
    async def scenario() -> tuple[bool, object]:
        async with AsyncClient(daemon.endpoint) as client:
            [slow] = await in_flight(client, 400)
            await value(client, 1)
            return slow.done(), (await slow).claims()["k"]

    assert asyncio.run(scenario()) == (False, 400)


def test_check_does_not_call_the_action(daemon: Daemon) -> None:
    async def scenario() -> Result:
        actions = [Action(name="f", script="function f() { for (;;); }")]
        async with AsyncClient(daemon.endpoint) as client:
            return await client.call(TRIGGER, tenant="t", context={}, actions=actions, check=True)

    assert asyncio.run(scenario()).outcome == "succeeded"


def test_unknown_trigger_is_a_failed_result(daemon: Daemon) -> None:
    async def scenario() -> Result:
        async with AsyncClient(daemon.endpoint) as client:
            return await client.call("never", tenant="t", context={})

    result = asyncio.run(scenario())
    assert result.error is not None
    assert result.error.kind is FailureKind.UNKNOWN_TRIGGER


def test_late_result_is_a_timeout_and_the_next_call_works(daemon: Daemon) -> None:
    async def scenario() -> object:
        async with AsyncClient(daemon.endpoint) as client:
            with pytest.raises(CallTimeoutError, match=r"no result within 0\.05 s"):
                await call(client, 300, LATE, timeout=0.05)
            assert not client._calls
            return await value(client, 2)

    assert asyncio.run(scenario()) == 2


def test_cancelled_call_is_forgotten_and_the_others_go_on(daemon: Daemon) -> None:
    async def scenario() -> object:
        async with AsyncClient(daemon.endpoint) as client:
            cancelled, other = await in_flight(client, 200, count=2)
            cancelled.cancel()
            with pytest.raises(asyncio.CancelledError):
                await cancelled
            assert len(client._calls) == 1
            assert (await other).outcome == "succeeded"
            return await value(client, 3)

    assert asyncio.run(scenario()) == 3


def test_call_cancelled_while_connecting_leaves_the_others_alone(daemon: Daemon) -> None:
    async def scenario() -> object:
        async with AsyncClient(daemon.endpoint) as client:
            first, second = (asyncio.create_task(value(client, n)) for n in (1, 2))
            await asyncio.sleep(0)
            first.cancel()
            return await second

    assert asyncio.run(scenario()) == 2


@pytest.mark.parametrize("count", [1, 5])
def test_nobody_listening_is_unreachable_in_time(short_path: Path, count: int) -> None:
    async def scenario() -> list[object]:
        async with AsyncClient(f"ipc://{short_path}/nobody", connect_timeout=0.2) as client:
            calls = [call(client, n) for n in range(count)]
            return list(await asyncio.gather(*calls, return_exceptions=True))

    began = time.monotonic()
    errors = asyncio.run(scenario())
    assert 0.2 <= time.monotonic() - began < 2
    assert [type(error) for error in errors] == [UnreachableError] * count
    assert "is `actionsd serve` running?" in str(errors[0])


def test_daemon_may_start_after_the_client(start_daemon: Callable[[], Daemon]) -> None:
    async def scenario() -> object:
        async with AsyncClient(start_daemon().endpoint, connect_timeout=30) as client:
            return await value(client, 4)

    assert asyncio.run(scenario()) == 4


def test_daemon_restarted_between_calls_is_found_again(start_daemon: Callable[[], Daemon]) -> None:
    first = start_daemon()
    first.wait_ready()

    async def scenario() -> object:
        async with AsyncClient(first.endpoint, connect_timeout=30) as client:
            await value(client, 1)
            first.end()
            start_daemon()
            while client._links.made:  # noqa: ASYNC110 - as above
                await asyncio.sleep(0.005)
            return await value(client, 5)

    assert asyncio.run(scenario()) == 5


def test_daemon_that_dies_loses_the_calls_in_flight_only(
    start_daemon: Callable[[], Daemon],
) -> None:
    first = start_daemon()
    first.wait_ready()

    async def scenario() -> object:
        async with AsyncClient(first.endpoint, connect_timeout=30) as client:
            tasks = await in_flight(client, 15_000, count=3)
            first.end()
            errors = await asyncio.gather(*tasks, return_exceptions=True)
            assert [type(error) for error in errors] == [ConnectionLostError] * 3
            start_daemon()
            return await value(client, 6)

    assert asyncio.run(scenario()) == 6


def test_close_loses_the_calls_in_flight_and_the_next_call_connects_again(daemon: Daemon) -> None:
    async def scenario() -> object:
        async with AsyncClient(daemon.endpoint) as client:
            tasks = await in_flight(client, 200, count=2)
            client.close()
            for task in tasks:
                with pytest.raises(ConnectionLostError, match="the client was closed"):
                    await task
            return await value(client, 7)

    assert asyncio.run(scenario()) == 7


def test_broken_protocol_refuses_what_is_in_flight_and_the_next_call_works(daemon: Daemon) -> None:
    async def scenario() -> object:
        async with AsyncClient(daemon.endpoint) as client:
            [task] = await in_flight(client, 200)
            [connection] = client._links.made
            connection.socket.send(b"\x01")
            with pytest.raises(RefusedError, match="protocol version 2 expected"):
                await task
            return await value(client, 8)

    assert asyncio.run(scenario()) == 8


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"tenant": ""}, r"length >= 1 - at `\$.tenant`"),
        ({"tenant": "\ud800"}, "cannot be sent"),
        ({"context": {"x": object()}}, "the context is not JSON"),
        ({"context": bytes(2**22 + 1)}, "payload of 4194305 bytes"),
        ({"actions": ECHO * 65}, r"length <= 64 - at `\$.actions`"),
    ],
)
def test_bad_argument_is_named_and_the_next_call_works(
    daemon: Daemon, changes: dict[str, Any], reason: str
) -> None:
    async def scenario() -> object:
        async with AsyncClient(daemon.endpoint) as client:
            with pytest.raises(ClientError, match=reason):
                await client.call(**{"trigger": TRIGGER, "tenant": "t", "context": {}, **changes})
            return await value(client, 9)

    assert asyncio.run(scenario()) == 9


def test_client_may_be_closed_after_its_loop_has_ended(daemon: Daemon) -> None:
    client = AsyncClient(daemon.endpoint)
    assert asyncio.run(value(client, 10)) == 10
    [connection] = client._links.made
    try:
        client.close()
    finally:
        if not connection.socket.closed:
            connection.close()


def test_two_clients_share_a_loop(daemon: Daemon) -> None:
    async def scenario() -> list[object]:
        async with AsyncClient(daemon.endpoint) as one, AsyncClient(daemon.endpoint) as two:
            calls = [value(client, n) for n in range(50) for client in (one, two)]
            return await asyncio.gather(*calls)

    assert asyncio.run(scenario()) == [n for n in range(50) for _ in range(2)]


def test_questions_asked_at_once_are_answered_beside_calls(daemon: Daemon) -> None:
    async def scenario() -> tuple[list[Any], object]:
        async with AsyncClient(daemon.endpoint) as client:
            [slow] = await in_flight(client, 200)
            told = await asyncio.gather(client.stats(), client.scale("+0"), client.stats())
            return told, (await slow).claims()["k"]

    (first, workers, second), claim = asyncio.run(scenario())
    assert (workers, claim) == (2, 200)
    assert first["broker"]["pid"] == second["broker"]["pid"] == daemon.process.pid
    assert first["sandbox"]["missing"] == []
    assert "seccomp" in first["sandbox"]["layers"]


def test_refused_question_says_why_and_one_that_cannot_be_sent_is_named(daemon: Daemon) -> None:
    async def scenario() -> object:
        async with AsyncClient(daemon.endpoint) as client:
            with pytest.raises(DeclinedError, match="0 workers cannot be"):
                await client.scale(0)
            with pytest.raises(ClientError, match="workers"):
                await client.scale("1" * 2000)
            return await value(client, 3)

    assert asyncio.run(scenario()) == 3


def test_question_to_a_daemon_that_stops_is_late_and_to_one_that_dies_is_lost(
    start_daemon: Callable[[], Daemon],
) -> None:
    daemon = start_daemon()
    daemon.wait_ready()

    async def scenario() -> None:
        async with AsyncClient(daemon.endpoint) as client:
            assert (await client.stats())["jobs"] == 0
            daemon.signal(signal.SIGSTOP)
            with pytest.raises(CallTimeoutError):
                await client.stats(timeout=0.1)
            daemon.signal(signal.SIGCONT)
            assert (await client.stats())["jobs"] == 0
            daemon.signal(signal.SIGSTOP)
            asyncio.get_running_loop().call_later(0.1, daemon.process.kill)
            with pytest.raises(ConnectionLostError):
                await client.stats()

    asyncio.run(scenario())
