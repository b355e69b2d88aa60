"""What happens once and not for every job: start, respawn, change of tenant, and memory."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from statistics import median
from typing import NamedTuple

import psutil
from msgspec import Struct

from actionsd_client import AsyncClient
from benchmarks.accounting import Memory, memory_of
from benchmarks.daemon import Daemon, Settings
from benchmarks.errors import BenchmarkError
from benchmarks.workload import TENANT, TRIGGER, Workload

TURN_TENANTS = ("first", "second")
RESPAWN_SECONDS = 30.0


class Times(Struct, frozen=True):
    """How long something took, several times, in milliseconds."""

    median_ms: float
    least_ms: float
    most_ms: float
    times: int


class Lifecycle(Struct, frozen=True):
    """What is measured beside the load.

    start           from the command to the line that says ready
    respawn         from a worker's SIGKILL to when its replacement is ready
    tenant_switch   of a job for one tenant right after one for another, on one worker,
                    by isolation and number of spares; under `same tenant` for one tenant
    idle_worker     memory of a worker that has had no job; None where it may not be read
    used_worker     the same after w2 has run in it
    """

    start: Times
    respawn: Times
    tenant_switch: dict[str, Times]
    idle_worker: Memory | None
    used_worker: Memory | None


class Effort(NamedTuple):
    """How often what is done."""

    starts: int
    kills: int
    switches: int


def measure_lifecycle(workload: Workload, workers: int, effort: Effort) -> Lifecycle:
    """Measure everything that happens once."""
    settings = Settings(workers, {TENANT: [workload.script]})
    starts = [start_seconds(settings) for _ in range(effort.starts)]
    with Daemon.running(settings) as daemon:
        daemon.wait_full()
        idle = mean_memory(daemon.workers)
        kills = [respawn_seconds(daemon, workload) for _ in range(effort.kills)]
    with Daemon.running(Settings(1, {TENANT: [workload.script]}, spares=0)) as daemon:
        asyncio.run(turn_seconds(daemon.endpoint, workload, (TENANT,), 200))
        used = mean_memory(daemon.workers)
    return Lifecycle(
        start=make_times(starts),
        respawn=make_times(kills),
        tenant_switch=switches(workload, effort.switches),
        idle_worker=idle,
        used_worker=used,
    )


def switches(workload: Workload, count: int) -> dict[str, Times]:
    """Return how long a job takes when tenants change on a single worker."""
    tenants = {tenant: [workload.script] for tenant in TURN_TENANTS}
    found: dict[str, Times] = {}
    for isolation, spares in (("process", 1), ("process", 0), ("isolate", 0)):
        settings = Settings(1, tenants, isolation=isolation, spares=spares)
        with Daemon.running(settings) as daemon:
            turns = asyncio.run(turn_seconds(daemon.endpoint, workload, TURN_TENANTS, count))
            label = f"{isolation}, {spares} spare{'' if spares == 1 else 's'}"
            found[label] = make_times(turns)
            if not found.get("same tenant"):
                same = asyncio.run(turn_seconds(daemon.endpoint, workload, ("first",), count * 5))
                found["same tenant"] = make_times(same)
    return found


def start_seconds(settings: Settings) -> float:
    """Return how long a daemon took to be ready."""
    with Daemon.running(settings) as daemon:
        ready = daemon.wait_for(lambda text: text.startswith("actionsd ready"), 1)
        return ready.at - daemon.started_at


def respawn_seconds(daemon: Daemon, workload: Workload) -> float:
    """Kill a worker; return how long it took until another was ready."""
    # Workers that die one after the other without a job are replaced more and more slowly.
    asyncio.run(turn_seconds(daemon.endpoint, workload, (TENANT,), 1))
    daemon.wait_full()
    victim = daemon.workers[0].pid
    killed_at = time.perf_counter()
    os.kill(victim, signal.SIGKILL)
    ready = daemon.wait_for(lambda text: "worker_ready" in text, RESPAWN_SECONDS, killed_at)
    return ready.at - killed_at


async def turn_seconds(
    endpoint: str, workload: Workload, tenants: tuple[str, ...], count: int
) -> list[float]:
    """Call for tenants in turn, one job at a time; return how long each took."""
    context = workload.context.read_bytes()
    found: list[float] = []
    async with AsyncClient(endpoint) as client:
        for number in range(-len(tenants), count):
            started = time.perf_counter()
            tenant = tenants[number % len(tenants)]
            result = await client.call(TRIGGER, tenant=tenant, context=context)
            if result.error is not None:
                raise BenchmarkError(f"a job failed: {result.error}")
            if number >= 0:
                found.append(time.perf_counter() - started)
    return found


def mean_memory(workers: list[psutil.Process]) -> Memory | None:
    """Return what a worker holds on average."""
    found = [memory for worker in workers if (memory := memory_of(worker)) is not None]
    if not found:
        return None
    return Memory(
        round(sum(memory.pss_mib for memory in found) / len(found), 1),
        round(sum(memory.uss_mib for memory in found) / len(found), 1),
    )


def make_times(seconds: list[float]) -> Times:
    """Return what several times come to."""
    ms = [second * 1e3 for second in seconds]
    return Times(round(median(ms), 2), round(min(ms), 2), round(max(ms), 2), len(ms))
