"""Asks each daemon for its figures, at most once a second."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any, TypeAlias

from actionsd_client import AsyncClient, ClientError
from actionsd_gateway.fresh import Fresh

FRESH_SECONDS = 1.0
"""To write its figures down takes a daemon's time (docs/operating.md)."""

ASK_SECONDS = 2.0

Documents: TypeAlias = dict[str, dict[str, Any] | None]
"""By the daemon's endpoint: what it says of itself (docs/operating.md), None if it does not."""


class Daemons:
    """A client of its own for each daemon: a question is for one of them."""

    def __init__(self, endpoints: Sequence[str]) -> None:
        self._clients = {
            endpoint: AsyncClient(endpoint, connect_timeout=ASK_SECONDS) for endpoint in endpoints
        }
        self._documents = Fresh(self._ask_all, FRESH_SECONDS)

    async def documents(self) -> Documents:
        """Return the figures of all."""
        return await self._documents.value()

    def close(self) -> None:
        """Ask no more."""
        self._documents.close()
        for client in self._clients.values():
            client.close()

    async def _ask_all(self) -> Documents:
        answers = await asyncio.gather(*map(_ask, self._clients.values()))
        return dict(zip(self._clients, answers, strict=True))


async def _ask(client: AsyncClient) -> dict[str, Any] | None:
    try:
        return await client.stats(ASK_SECONDS)
    except ClientError:
        return None
