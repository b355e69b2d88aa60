"""What a flood costs another tenant: latency of single jobs, alone and beside the flood.

    python -m benchmarks.fairness [--workers 2] [--jobs 2000] [--isolation process]

Starts a daemon of its own. Tenant `quiet` sends small jobs one after the other: first while
nobody else is there, then while tenant `loud` keeps 64 jobs in flight that compute for
100 ms each. Prints p50 and p99 of both, their ratio, and what the flood got done.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import sys
import time
from collections.abc import AsyncIterator

from actionsd_client import Action, AsyncClient
from benchmarks.daemon import Daemon, Settings
from benchmarks.workload import TRIGGER

WARM_UP_JOBS = 200
FLOOD_IN_FLIGHT = 64
FLOOD_SECONDS = 3.0
"""From the flood's begin until what it does to others is measured."""

SMALL = """
function small(ctx, api) {
  api.v1.claims.setClaim('org', ctx.v1.org ? ctx.v1.org.name : 'none');
}
"""
LONG = """
function long(ctx, api) {
  const until = Date.now() + 100;
  while (Date.now() < until) {}
}
"""
CONTEXT = {"org": {"name": "acme"}}


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--jobs", type=int, default=2000)
    parser.add_argument("--isolation", default="process")
    arguments = parser.parse_args()
    settings = Settings(arguments.workers, isolation=arguments.isolation)
    with Daemon.running(settings) as daemon:
        asyncio.run(measure(daemon.endpoint, arguments.jobs))
    return 0


async def measure(endpoint: str, jobs: int) -> None:
    """Measure the quiet tenant's jobs alone and beside the flood."""
    async with AsyncClient(endpoint) as client:
        await send(client, WARM_UP_JOBS)
        alone = describe("alone", await send(client, jobs))
        async with flood(endpoint) as done:
            await asyncio.sleep(FLOOD_SECONDS)
            began, before = time.perf_counter(), done[0]
            latencies = await send(client, jobs)
            beside = describe("beside the flood", latencies)
            rate = (done[0] - before) / (time.perf_counter() - began)
            print(f"the first one beside the flood: {latencies[0] * 1e3:.2f} ms")
    print(f"the flood: {rate:.1f} jobs/s")
    print(f"ratio: p50 {beside[0] / alone[0]:.2f}, p99 {beside[1] / alone[1]:.2f}")


async def send(client: AsyncClient, jobs: int) -> list[float]:
    """Send small jobs one after the other; return how long each took, in seconds."""
    action = Action(name="small", script=SMALL)
    latencies = []
    for _ in range(jobs):
        started = time.perf_counter()
        result = await client.call(TRIGGER, tenant="quiet", context=CONTEXT, actions=[action])
        latencies.append(time.perf_counter() - started)
        if result.error is not None:
            raise SystemExit(f"a job failed: {result.error}")
    return latencies


@contextlib.asynccontextmanager
async def flood(endpoint: str) -> AsyncIterator[list[int]]:
    """Keep the loud tenant's jobs in flight; yields how many are done, in a list."""
    action = Action(name="long", script=LONG)
    done = [0]

    async def lane(client: AsyncClient) -> None:
        while True:
            await client.call(TRIGGER, tenant="loud", context={}, actions=[action])
            done[0] += 1

    async with AsyncClient(endpoint) as client:
        lanes = [asyncio.create_task(lane(client)) for _ in range(FLOOD_IN_FLIGHT)]
        yield done
        for task in lanes:
            task.cancel()
        await asyncio.gather(*lanes, return_exceptions=True)


def describe(name: str, latencies: list[float]) -> tuple[float, float]:
    """Print and return p50 and p99."""
    ordered = sorted(latencies)
    p50, p99 = ordered[len(ordered) // 2], ordered[int(len(ordered) * 0.99)]
    print(
        f"{name}: p50 {p50 * 1e3:.2f} ms, p99 {p99 * 1e3:.2f} ms, most {ordered[-1] * 1e3:.2f} ms"
    )
    return p50, p99


if __name__ == "__main__":
    sys.exit(main())
