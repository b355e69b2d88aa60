"""`/healthz`: the process lives. `/readyz`: a worker does jobs."""

from __future__ import annotations

import asyncio
import time

from aiohttp import web

from actionsd_client import Result
from actionsd_gateway.fresh import Fresh
from actionsd_gateway.jobs import Jobs
from actionsd_gateway.problems import Kind, Problem
from actionsd_gateway.traffic import Traffic

FRESH_SECONDS = 1.0
"""However often somebody asks, there is one job of ours in this time."""

PROBE_SECONDS = 5.0
"""What it may take, queue included."""


class Readiness:
    """Knows whether jobs are done: by those of clients, or where there are none, by its own."""

    def __init__(self, jobs: Jobs, seconds: float = PROBE_SECONDS) -> None:
        self._jobs = jobs
        self._seconds = seconds
        self._probe = Fresh(self._try, FRESH_SECONDS)

    async def ready(self) -> bool:
        """Tell whether a worker has done a job, just now."""
        if time.monotonic() - self._jobs.proved_at < FRESH_SECONDS:
            return True
        return await self._probe.value()

    def close(self) -> None:
        """Probe no more."""
        self._probe.close()

    async def _try(self) -> bool:
        try:
            async with asyncio.timeout(self._seconds):
                outcome = await self._jobs.probe()
        except TimeoutError:
            return False
        return isinstance(outcome, Result) and outcome.outcome == "succeeded"


def routes(traffic: Traffic, readiness: Readiness) -> list[web.RouteDef]:
    """Return the endpoints."""

    async def health(_: web.Request) -> web.Response:
        return web.json_response({"status": "alive"})

    async def ready(_: web.Request) -> web.Response:
        if traffic.draining:
            raise Problem(Kind.STOPPING)
        if not await readiness.ready():
            raise Problem(Kind.UNAVAILABLE, "no worker did a job in time")
        return web.json_response({"status": "ready"})

    return [web.get("/healthz", health), web.get("/readyz", ready)]
