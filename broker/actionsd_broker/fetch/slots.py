"""Fetches of a tenant at a time: those beyond wait in their order."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class Slots:
    """Keeps a tenant's fetches to `limit` at once. Forgets a tenant that has none."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._free: dict[str, asyncio.Semaphore] = {}
        self._users: dict[str, int] = {}

    @asynccontextmanager
    async def take(self, tenant: str) -> AsyncIterator[None]:
        """Wait for a place and hold it."""
        semaphore = self._free.setdefault(tenant, asyncio.Semaphore(self._limit))
        self._users[tenant] = self._users.get(tenant, 0) + 1
        try:
            async with semaphore:
                yield
        finally:
            self._users[tenant] -= 1
            if not self._users[tenant]:
                del self._users[tenant], self._free[tenant]

    def __len__(self) -> int:
        return len(self._free)
