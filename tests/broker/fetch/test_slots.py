"""A tenant's places are its own, are given in order, and are forgotten when free."""

from __future__ import annotations

import asyncio

from servers import run

from actionsd_broker.fetch.slots import Slots


def test_places_are_limited_and_given_in_order() -> None:
    async def scenario() -> None:
        slots, order = Slots(2), []

        async def use(number: int) -> None:
            async with slots.take("acme"):
                order.append(number)
                await asyncio.sleep(0)

        await asyncio.gather(*[use(number) for number in range(6)])
        assert order == list(range(6))
        assert len(slots) == 0

    run(scenario())


def test_other_tenant_does_not_wait() -> None:
    async def scenario() -> None:
        slots = Slots(1)
        async with slots.take("acme"), slots.take("beta"):
            assert len(slots) == 2

    run(scenario())


def test_one_that_stops_waiting_leaves_no_trace() -> None:
    async def scenario() -> None:
        slots = Slots(1)

        async def wait() -> None:
            async with slots.take("acme"):
                pass

        async with slots.take("acme"):
            task = asyncio.create_task(wait())
            await asyncio.sleep(0)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        assert len(slots) == 0

    run(scenario())
