"""Jobs per second through a real daemon, and the CPU that each side spends on one.

    python benchmarks/load.py SCRIPT.js CONTEXT.json [--workers 2] [--in-flight 64]
    python benchmarks/load.py w4.js context.json --workers 4 --site 18099

Starts a daemon of its own, warms it up, loads it from one process, and prints one line
for the run; before it, what starting took and what an idle worker holds. With --site it
starts a server on loopback too (site.py), which scripts may fetch from.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import psutil

from actionsd_client import Action, AsyncClient

TRIGGER = "complement-token/pre-userinfo"
WARM_UP_JOBS = 2000
MIB = 2**20


class Load(NamedTuple):
    """What is sent, and how."""

    actions: list[Action]
    context: bytes
    jobs: int
    in_flight: int


def main() -> int:
    """Run the load and print its figures."""
    arguments = parse()
    action = Action(name=arguments.script.stem, script=arguments.script.read_text())
    load = Load([action], arguments.context.read_bytes(), arguments.jobs, arguments.in_flight)
    with (
        running_site(arguments.site),
        running_daemon(arguments.workers, arguments.site) as (endpoint, broker),
    ):
        (zygote,) = broker.children()
        workers = zygote.children()
        for worker in workers:
            memory = worker.memory_full_info()
            print(f"idle worker: {memory.pss / MIB:.0f} MiB PSS, {memory.uss / MIB:.0f} MiB USS")
        asyncio.run(measure(endpoint, load, broker, workers))
    return 0


def parse() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("script", type=Path, help="the action; its function has the file's name")
    parser.add_argument("context", type=Path, help="the context document")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--in-flight", type=int, default=64)
    parser.add_argument("--jobs", type=int, default=10_000)
    parser.add_argument("--site", type=int, metavar="PORT", help="serve the fetches of scripts")
    return parser.parse_args()


@contextlib.contextmanager
def running_site(port: int | None) -> Iterator[None]:
    """Run the server that scripts fetch from for as long as the block lasts."""
    if port is None:
        yield
        return
    program = Path(__file__).with_name("site.py")
    process = subprocess.Popen(
        [sys.executable, str(program), str(port)], stdout=subprocess.PIPE, text=True
    )
    try:
        if process.stdout is None or not process.stdout.readline():
            raise SystemExit(f"port {port} cannot be served")
        yield
    finally:
        process.terminate()
        process.communicate(timeout=30)


ALLOWED = """
[fetch]
at_once = 1000
[[fetch.allow]]
host = "127.0.0.1"
scheme = "http"
port = {port}
methods = ["GET"]
private = true
"""


@contextlib.contextmanager
def running_daemon(workers: int, site: int | None) -> Iterator[tuple[str, psutil.Process]]:
    """Run a daemon for as long as the block lasts; say what starting it took."""
    with tempfile.TemporaryDirectory(prefix="actionsd-load-") as directory:
        endpoint = f"ipc://{directory}/c"
        config = Path(directory, "actionsd.toml")
        config.write_text("" if site is None else ALLOWED.format(port=site))
        started = time.perf_counter()
        command = [sys.executable, "-m", "actionsd_broker.cli", "serve", "--config", str(config)]
        process = subprocess.Popen(
            [*command, "--endpoint", endpoint, "--workers", str(workers)],
            stderr=subprocess.PIPE,
            text=True,
            cwd=directory,
            env={**os.environ, "STATE_DIRECTORY": directory},
        )
        try:
            for line in process.stderr or ():
                if line.startswith("actionsd ready"):
                    break
            print(f"daemon: ready with {workers} workers after", ms(started))
            yield endpoint, psutil.Process(process.pid)
        finally:
            process.terminate()
            process.communicate(timeout=30)


async def measure(
    endpoint: str, load: Load, broker: psutil.Process, workers: list[psutil.Process]
) -> None:
    """Warm up, then load, and print jobs per second and CPU per job."""
    async with AsyncClient(endpoint) as client:
        await send(client, load._replace(jobs=WARM_UP_JOBS))
        before = cpu_seconds([broker]), cpu_seconds(workers), time.process_time()
        started = time.perf_counter()
        latencies = sorted(await send(client, load))
        wall = time.perf_counter() - started
        after = cpu_seconds([broker]), cpu_seconds(workers), time.process_time()
    spent = [(b - a) / load.jobs * 1e6 for a, b in zip(before, after, strict=True)]
    print(
        f"{load.actions[0].name}: {load.jobs / wall:.0f} jobs/s, {load.in_flight} in flight; "
        f"CPU per job: client {spent[2]:.0f}, broker {spent[0]:.0f}, workers {spent[1]:.0f}, "
        f"all {sum(spent):.0f} us; "
        f"p50 {latencies[len(latencies) // 2] * 1e3:.2f} ms, "
        f"p99 {latencies[int(len(latencies) * 0.99)] * 1e3:.2f} ms"
    )


async def send(client: AsyncClient, load: Load) -> list[float]:
    """Send the jobs, so many at once; return how long each took, in seconds."""
    numbers = iter(range(load.jobs))
    latencies: list[float] = []

    async def lane() -> None:
        for _ in numbers:
            started = time.perf_counter()
            result = await client.call(
                TRIGGER, tenant="load", context=load.context, actions=load.actions
            )
            latencies.append(time.perf_counter() - started)
            if result.error is not None:
                raise SystemExit(f"a job failed: {result.error}")

    await asyncio.gather(*[lane() for _ in range(load.in_flight)])
    return latencies


def cpu_seconds(processes: list[psutil.Process]) -> float:
    """Return the CPU that processes have spent so far, in user and kernel."""
    return sum(sum(process.cpu_times()[:2]) for process in processes)


def ms(since: float) -> str:
    """Return the time since a moment, in milliseconds."""
    return f"{(time.perf_counter() - since) * 1000:.0f} ms"


if __name__ == "__main__":
    sys.exit(main())
