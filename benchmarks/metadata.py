"""Metadata writes per second, each durable before the next of the same writer begins.

    python benchmarks/metadata.py [--directory DIR] [--writes 4000] [--bytes 100]

Writes to a new file in a directory, the current one if none is named: the disk is what is
measured. For comparison, first what the disk does by itself, then the store without shared
commits.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import tempfile
import time
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import NamedTuple

from actionsd_broker.metadata.service import MAX_BATCH_CALLS, MetadataService
from actionsd_broker.metadata.sqlite_store import SqliteStore


class Run(NamedTuple):
    """One line of the table."""

    writers: int
    shared: bool


RUNS = [
    Run(writers, shared) for writers in (1, 4, 16, 64) for shared in (False, True)[writers == 1 :]
]
FLUSHES = 500


class CountingStore(SqliteStore):
    """A store that counts its commits."""

    commits = 0

    def tidy(self) -> None:
        """Count: this is called after each transaction."""
        self.commits += 1
        super().tidy()


def main() -> None:
    """Print a line for the disk and one for each run."""
    arguments = parse()
    with tempfile.TemporaryDirectory(prefix="metadata-", dir=arguments.directory) as directory:
        seconds = flush_seconds(Path(directory, "flush"))
        print(f"the disk: {1 / seconds:.0f} flushes/s of 4 KiB each, one after the other\n")
        print(f"{'writers':>7}  {'shared':6}  writes/s  commits/s   p50 ms   p99 ms  CPU us/write")
        for number, run in enumerate(RUNS):
            path = str(Path(directory, f"{number}.db"))
            print(asyncio.run(measure(path, run, arguments.writes, arguments.bytes)))


def parse() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--directory", type=Path, default=Path())
    parser.add_argument("--writes", type=int, default=4000, help="of each run")
    parser.add_argument("--bytes", type=int, default=100, help="of each value")
    return parser.parse_args()


def flush_seconds(path: Path) -> float:
    """Return how long the disk takes for a page that is appended to a file."""
    with path.open("wb", buffering=0) as file:
        started = time.perf_counter()
        for _ in range(FLUSHES):
            file.write(bytes(4096))
            os.fdatasync(file.fileno())
        return (time.perf_counter() - started) / FLUSHES


async def measure(path: str, run: Run, writes: int, size: int) -> str:
    """Write from so many tasks at once; return the line."""
    store: list[CountingStore] = []

    def open_store() -> CountingStore:
        store.append(CountingStore(path))
        return store[0]

    service = await MetadataService.open(
        open_store,
        partial(datetime.now, UTC),
        max_batch_calls=MAX_BATCH_CALLS if run.shared else 1,
    )
    numbers = iter(range(writes))
    latencies: list[float] = []

    async def write(user: str) -> None:
        for number in numbers:
            value = str(number).encode().ljust(size, b".")
            started = time.perf_counter()
            await service.set("acme", user, f"key{number % 10}", value)
            latencies.append(time.perf_counter() - started)

    cpu, started = time.process_time(), time.perf_counter()
    await asyncio.gather(*(write(f"user{writer}") for writer in range(run.writers)))
    wall, cpu = time.perf_counter() - started, time.process_time() - cpu
    await service.close()
    latencies.sort()
    shared = "yes" if run.shared else "no"
    return (
        f"{run.writers:7}  {shared:6}  {writes / wall:8.0f}  {store[0].commits / wall:9.0f}  "
        f"{latencies[writes // 2] * 1e3:7.2f}  {latencies[int(writes * 0.99)] * 1e3:7.2f}  "
        f"{cpu / writes * 1e6:12.0f}"
    )


if __name__ == "__main__":
    main()
