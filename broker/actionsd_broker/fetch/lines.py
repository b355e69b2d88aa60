"""Connections that wait for another exchange: whose they are, how many, and for how long."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from typing import TypeAlias

from actionsd_broker.fetch.hosts import Address
from actionsd_broker.fetch.line import Line

Owner: TypeAlias = tuple[str, str | None]
"""A tenant and its action: nobody else is handed a connection of theirs."""

Key: TypeAlias = tuple[Owner, str, str, int, tuple[Address, ...]]
"""Owner, scheme, host, port, and the addresses that were checked."""

MAX_LINES = 64
"""Beyond it, the one that has waited for longest is closed."""


class Lines:
    """Keeps lines for `seconds` at the most, and a line that is not fit any more for none."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._waiting: OrderedDict[Line, tuple[Key, float]] = OrderedDict()  # oldest first
        self._by_key: dict[Key, list[Line]] = {}
        self._closing: set[asyncio.Task[None]] = set()
        self._sweep: asyncio.TimerHandle | None = None

    @property
    def keeps(self) -> bool:
        """Whether lines are kept at all."""
        return self._seconds > 0

    def __len__(self) -> int:
        return len(self._waiting)

    def put(self, key: Key, line: Line) -> None:
        """Keep a line that may carry another exchange."""
        loop = asyncio.get_running_loop()
        self._waiting[line] = (key, loop.time() + self._seconds)
        self._by_key.setdefault(key, []).append(line)
        if len(self._waiting) > MAX_LINES:
            self._give_up(next(iter(self._waiting)))
        if self._sweep is None:
            self._sweep = loop.call_later(self._seconds, self._expire)

    def take(self, key: Key) -> Line | None:
        """Return a line to there, None if there is none that is fit."""
        while key in self._by_key:
            line = self._by_key[key][-1]  # the one that has waited least
            if line.is_fit:
                self._forget(line)
                return line
            self._give_up(line)
        return None

    async def close(self) -> None:
        """Close all, and keep none from now on."""
        self._seconds = 0.0
        if self._sweep is not None:
            self._sweep.cancel()
        for line in list(self._waiting):
            self._give_up(line)
        await asyncio.gather(*self._closing)

    def _expire(self) -> None:
        loop = asyncio.get_running_loop()
        self._sweep = None
        for line, (_, until) in list(self._waiting.items()):
            if until > loop.time():
                self._sweep = loop.call_at(until, self._expire)
                return
            self._give_up(line)

    def _forget(self, line: Line) -> None:
        key, _ = self._waiting.pop(line)
        self._by_key[key].remove(line)
        if not self._by_key[key]:
            del self._by_key[key]

    def _give_up(self, line: Line) -> None:
        self._forget(line)
        task = asyncio.get_running_loop().create_task(line.close())
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)
