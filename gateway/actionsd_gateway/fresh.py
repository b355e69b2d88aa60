"""A value that costs something to get, kept for a moment: however many ask, it is got once."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Fresh(Generic[T]):
    """Gets a value with `get`, and for so many `seconds` nobody has it got again."""

    def __init__(self, get: Callable[[], Awaitable[T]], seconds: float) -> None:
        self._get = get
        self._seconds = seconds
        self._task: asyncio.Task[T] | None = None
        self._stale_at = 0.0

    async def value(self) -> T:
        """Return the value, not older than that."""
        if self._task is None or (self._task.done() and self._now() >= self._stale_at):
            self._task = asyncio.create_task(self._renew())
        # Whoever gives up waiting must not take it from the others.
        return await asyncio.shield(self._task)

    def close(self) -> None:
        """Get it no more."""
        if self._task is not None:
            self._task.cancel()

    async def _renew(self) -> T:
        try:
            return await self._get()
        finally:
            self._stale_at = self._now() + self._seconds

    def _now(self) -> float:
        return asyncio.get_running_loop().time()
