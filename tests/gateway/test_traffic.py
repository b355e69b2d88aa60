"""What is under way is waited for, for so long."""

from __future__ import annotations

import asyncio

from servers import run, until

from actionsd_gateway.traffic import Traffic


def test_without_requests_there_is_nothing_to_wait_for() -> None:
    assert run(Traffic().drain(60))


def test_requests_under_way_are_waited_for() -> None:
    async def scenario() -> None:
        traffic = Traffic()
        traffic.enter()
        traffic.enter()
        drained = asyncio.create_task(traffic.drain(60))
        await until(lambda: traffic.draining)
        traffic.leave()
        await asyncio.sleep(0)
        assert not drained.done()
        traffic.leave()
        assert await drained

    run(scenario())


def test_wait_has_an_end() -> None:
    traffic = Traffic()
    traffic.enter()
    assert not run(traffic.drain(0.001))
