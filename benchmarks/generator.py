"""The process that sends the load: told what on standard input, answers on standard output.

    python -m benchmarks.generator

Each line is JSON: first where jobs go (`Opening`), then an `Order` for each run. It is a
process of its own, so that what it spends is the client's and nobody else's.
"""

from __future__ import annotations

import asyncio
import gc
import sys
import time
from statistics import median
from typing import Any

import msgspec
from msgspec import Struct

from benchmarks.callers import Caller, Target, make_caller
from benchmarks.errors import BenchmarkError
from benchmarks.figures import Measured, make_measured
from benchmarks.workload import Outcome, check

LOOK_EVERY = 64
"""Of so many answers, one is looked at closely when the run is over."""


class Opening(Struct, frozen=True):
    """What is sent, and where."""

    target: Target
    name: str
    context: bytes
    expected: Outcome | None


class Order(Struct, frozen=True):
    """One run: for so long, with so many jobs at once."""

    seconds: float
    in_flight: int


class Broken(Struct, frozen=True, tag="broken"):
    """A run came to nothing."""

    reason: str


def main() -> None:
    """Serve until standard input ends."""
    opening = msgspec.json.decode(sys.stdin.readline(), type=Opening)
    with asyncio.Runner() as runner:
        runner.run(serve(opening))


async def serve(opening: Opening) -> None:
    """Carry out orders. Nothing happens in between, so that reading may block."""
    caller = make_caller(opening.target, opening.name, opening.context)
    try:
        for line in sys.stdin:
            order = msgspec.json.decode(line, type=Order)
            answer: Measured | Broken
            try:
                answer = await measure(caller, order, opening)
            except* Exception as errors:  # noqa: BLE001 - whatever it is, a run is not worth its figures
                answer = Broken(describe(errors))
            sys.stdout.buffer.write(msgspec.json.encode(answer) + b"\n")
            sys.stdout.buffer.flush()
    finally:
        await caller.close()


def describe(errors: BaseExceptionGroup[Exception]) -> str:
    """Return what went wrong first."""
    error = errors.exceptions[0]
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    known = isinstance(error, BenchmarkError)
    return str(error) if known else f"{type(error).__name__}: {error}"


async def measure(caller: Caller, order: Order, opening: Opening) -> Measured:
    """Send jobs for some time; raises BenchmarkError if one fails or is wrong."""
    latencies: list[float] = []
    kept: list[Any] = []
    clock = time.perf_counter
    gc.collect()
    cpu, started = time.process_time(), clock()
    until = started + order.seconds

    async def lane() -> None:
        while (begun := clock()) < until:
            answer = await caller.call()
            latencies.append(clock() - begun)
            if len(latencies) % LOOK_EVERY == 1:
                kept.append(answer)

    async with asyncio.TaskGroup() as lanes:
        for _ in range(order.in_flight):
            lanes.create_task(lane())
    wall, cpu = clock() - started, time.process_time() - cpu
    for answer in kept:
        check(opening.name, opening.expected, caller.read(answer))
    spent = [us for answer in kept if (us := caller.action_us(answer)) is not None]
    return make_measured(latencies, wall, cpu, median(spent) if spent else None)


if __name__ == "__main__":
    main()
