"""A mixed load for a long time: nothing may be lost, answered twice, or grow.

    python -m benchmarks.soak [--minutes 30] [--workers 4] [--tenants 50] [--seed 1]

The workloads, registered; scripts that throw, loop and fill the memory, inline; from many
tenants, one of which now and then sends hundreds at once; while workers are killed at
random. Prints the memory of broker and workers over time, and at the end whether it is
flat. Exit status 1 if anything was not as it must be.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import random
import sys
import time
from collections.abc import Sequence

import psutil

from actionsd_client import AsyncClient, ClientError
from benchmarks.accounting import MIB, memory_of
from benchmarks.arguments import number_to, positive
from benchmarks.daemon import Daemon, Settings
from benchmarks.errors import BenchmarkError
from benchmarks.ledger import Ledger
from benchmarks.mixture import Job, Mixture, judge, numbered, registered
from benchmarks.site import running_site
from benchmarks.trend import Sample, find_trend
from benchmarks.workload import NAMES, SITE_PORT, TRIGGER, WORKLOADS, Workload, load_workloads

ANSWER_SECONDS = 120.0
"""A job without an answer by then is lost. Longer than it may wait and run together."""

QUEUE_SECONDS = 60
KILL_SECONDS = (2.0, 8.0)
FLOOD_SECONDS = (5.0, 15.0)
FLOOD_JOBS = 400
SAMPLES = 120


class Soak:
    """The load, the killing and the looking, all against one daemon."""

    def __init__(self, daemon: Daemon, mixture: Mixture, context: bytes, seed: int) -> None:
        self._daemon = daemon
        self._mixture = mixture
        self._context = json.loads(context)
        self._random = random.Random(seed)  # noqa: S311 - what is wanted is the same again
        self.ledger = Ledger()
        self.broker: list[Sample] = []
        self.workers: list[Sample] = []

    async def run(self, seconds: float, in_flight: int) -> None:
        """Keep jobs in flight, kill workers, look at memory."""
        until = time.monotonic() + seconds
        async with AsyncClient(self._daemon.endpoint) as client:
            lanes = [asyncio.create_task(self._lane(client, until)) for _ in range(in_flight)]
            others = [
                asyncio.create_task(self._kill()),
                asyncio.create_task(self._look(max(seconds / SAMPLES, 0.5))),
            ]
            await asyncio.gather(*lanes, self._flood(client, until))
            for task in others:
                task.cancel()
            ended = await asyncio.gather(*others, return_exceptions=True)
        for error in ended:
            if not isinstance(error, asyncio.CancelledError):
                self.ledger.complain(f"the soak's own: {error!r}")

    async def _flood(self, client: AsyncClient, until: float) -> None:
        while (now := time.monotonic()) < until:
            await asyncio.sleep(min(self._random.uniform(*FLOOD_SECONDS), until - now))
            jobs = self._mixture.draw_flood(FLOOD_JOBS)
            await asyncio.gather(*(self._one(client, job) for job in jobs))

    async def _lane(self, client: AsyncClient, until: float) -> None:
        while time.monotonic() < until:
            await self._one(client, self._mixture.draw())

    async def _one(self, client: AsyncClient, job: Job) -> None:
        self.ledger.send()
        actions = None if job.kind.action is None else [job.kind.action]
        try:
            result = await client.call(
                TRIGGER,
                tenant=job.tenant,
                context=numbered(self._context, job.serial),
                actions=actions,
                timeout=ANSWER_SECONDS,
            )
        except ClientError as error:
            # Among these: the session's refusal of a second answer to the same job.
            self.ledger.complain(f"{job.kind.name} of {job.tenant}: {error}")
            return
        end = "succeeded" if result.error is None else result.error.kind.value
        self.ledger.answer(job, end, judge(job, result))

    async def _kill(self) -> None:
        while True:
            await asyncio.sleep(self._random.uniform(*KILL_SECONDS))
            workers = self._daemon.workers
            with contextlib.suppress(psutil.NoSuchProcess):  # it has just ended by itself
                if workers:
                    self._random.choice(workers).kill()
                    self.ledger.worker_kills += 1

    async def _look(self, every: float) -> None:
        started, answered = time.monotonic(), 0
        print(f"{'s':>6}  {'jobs/s':>6}  {'open':>6}  {'broker RSS':>10}  worker PSS, mean (MiB)")
        while True:
            await asyncio.sleep(every)
            now = time.monotonic() - started
            broker = self._daemon.broker.memory_info().rss / MIB
            found = [memory_of(worker) for worker in self._daemon.workers]
            shares = [memory.pss_mib for memory in found if memory is not None]
            self.broker.append(Sample(now, broker))
            mean = "-"
            if shares:
                self.workers.append(Sample(now, sum(shares) / len(shares)))
                mean = f"{self.workers[-1].mib:.1f}"
            rate, answered = (self.ledger.answered - answered) / every, self.ledger.answered
            print(
                f"{now:6.0f}  {rate:6.0f}  {self.ledger.open:6}  {broker:10.1f}  {mean}", flush=True
            )


def main(arguments: Sequence[str] | None = None) -> int:
    """Soak; return the exit status."""
    parsed = parse(arguments)
    workloads = load_workloads(WORKLOADS, list(NAMES))
    tenants = [f"tenant{number}" for number in range(parsed.tenants)]
    settings = Settings(
        parsed.workers,
        {tenant: [registered(i, workloads).script] for i, tenant in enumerate(tenants)},
        more=f"queue_seconds = {QUEUE_SECONDS}",
    )
    try:
        with running_site(SITE_PORT), Daemon.running(settings) as daemon:
            soak = make_soak(daemon, tenants, workloads, parsed.seed)
            asyncio.run(soak.run(parsed.minutes * 60, parsed.in_flight))
            if daemon.status is not None:
                soak.ledger.complain(f"the daemon ended, with status {daemon.status}")
    except (BenchmarkError, psutil.Error) as error:
        print(f"soak: {error}", file=sys.stderr)
        return 1
    return report(soak)


def make_soak(daemon: Daemon, tenants: list[str], workloads: list[Workload], seed: int) -> Soak:
    """Return a soak with everything that it draws from."""
    mixture = Mixture(tenants, workloads, seed)
    return Soak(daemon, mixture, workloads[0].context.read_bytes(), seed)


def report(soak: Soak) -> int:
    """Print what came of it; return the exit status."""
    ledger = soak.ledger
    print(f"\n{ledger.sent} jobs, {ledger.answered} answered; {ledger.worker_kills} workers killed")
    for end, count in sorted(ledger.ends.items()):
        print(f"  {count:8}  {end}")
    wrong = ledger.verdict()
    for name, samples in (("broker RSS", soak.broker), ("worker PSS", soak.workers)):
        trend = find_trend(samples)
        print(f"{name}: {trend}")
        if not trend.flat:
            wrong.append(f"{name} grows")
    for complaint in wrong:
        print(f"WRONG: {complaint}")
    if not wrong:
        print("no job was lost or answered twice, every result was as it must be, memory is flat")
    return 1 if wrong else 0


def parse(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.soak", description=(__doc__ or "").splitlines()[0]
    )
    add = parser.add_argument
    add("--minutes", type=positive, default=30.0, metavar="M", help="default: 30")
    add("--workers", type=number_to(64), default=4, metavar="N", help="default: 4")
    add("--tenants", type=number_to(1000), default=50, metavar="N", help="default: 50")
    add("--in-flight", type=number_to(1000), default=32, metavar="N", help="default: 32")
    add("--seed", type=int, default=1, metavar="N", help="of what is random; default: 1")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
