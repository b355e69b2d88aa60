"""What costs something is got once, however many ask."""

from __future__ import annotations

import asyncio

import pytest
from servers import run

from actionsd_gateway.fresh import Fresh


class Source:
    def __init__(self) -> None:
        self.asked = 0
        self.gate = asyncio.Event()

    async def get(self) -> int:
        self.asked += 1
        await self.gate.wait()
        return self.asked


def test_all_who_ask_at_once_and_soon_get_the_same() -> None:
    async def scenario() -> None:
        source = Source()
        fresh = Fresh(source.get, 3600)
        asking = [asyncio.create_task(fresh.value()) for _ in range(10)]
        await asyncio.sleep(0)
        source.gate.set()
        assert await asyncio.gather(*asking) == [1] * 10
        assert await fresh.value() == 1

    run(scenario())


def test_what_is_stale_is_got_again() -> None:
    async def scenario() -> None:
        source = Source()
        source.gate.set()
        fresh = Fresh(source.get, 0)
        assert [await fresh.value(), await fresh.value()] == [1, 2]

    run(scenario())


def test_who_gives_up_does_not_take_it_from_the_others() -> None:
    async def scenario() -> None:
        source = Source()
        fresh = Fresh(source.get, 3600)
        patient, hasty = (asyncio.create_task(fresh.value()) for _ in range(2))
        await asyncio.sleep(0)
        hasty.cancel()
        with pytest.raises(asyncio.CancelledError):
            await hasty
        source.gate.set()
        assert await patient == 1
        fresh.close()

    run(scenario())
