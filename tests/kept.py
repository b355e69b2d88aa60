"""Fetches over connections that are kept, for the tests of these."""

from __future__ import annotations

import asyncio
import time

from servers import OK, Asked, Site, policy

from actionsd_broker.fetch.fetcher import Fetcher
from actionsd_broker.fetch.outcomes import FetchRequest, FetchResponse, Header, Outcome
from actionsd_broker.fetch.policy import Policy

GREETING = OK + b"Content-Length: 2\r\n\r\nok"
OTHER = OK + b"Content-Length: 5\r\n\r\nother"


async def get(
    fetcher: Fetcher,
    site: Site,
    path: str = "/",
    headers: tuple[Header, ...] = (),
    who: Policy | None = None,
    *,
    method: str = "GET",
) -> Outcome:
    """Fetch from a site; with a body where it is a POST."""
    content = b"x" if method == "POST" else None
    request = FetchRequest(method, site.url(path), headers, content)
    return await fetcher.fetch(request, who or policy(site.rule()), time.monotonic() + 10.0)


def body(outcome: Outcome) -> bytes:
    """Return the body of a response, which this must be."""
    assert isinstance(outcome, FetchResponse), outcome
    return outcome.body


class Afterwards:
    """An answer that is `ok`, and bytes that nobody asked for, or the end, when that was read."""

    def __init__(self, unasked: bytes | None) -> None:
        self._unasked = unasked
        self._read, self._done = asyncio.Event(), asyncio.Event()

    async def __call__(self, _: Asked, writer: asyncio.StreamWriter) -> None:
        writer.write(GREETING)
        await self._read.wait()
        writer.close() if self._unasked is None else writer.write(self._unasked)
        self._done.set()

    async def come(self) -> None:
        """Have it done."""
        self._read.set()
        await self._done.wait()
