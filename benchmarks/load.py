"""The load from the reporting process's side: has runs made, and counts what they cost."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Self

import msgspec
import psutil

from benchmarks.callers import Target
from benchmarks.errors import BenchmarkError
from benchmarks.figures import Measured, Run
from benchmarks.generator import Broken, Opening, Order
from benchmarks.workload import Workload

Sides = Callable[[], Mapping[str, float]]
"""Tells the CPU seconds of every side but the client, so far."""

CLOSE_SECONDS = 20.0
CHECKOUT = Path(__file__).parent.parent


class Load:
    """A process that sends jobs of one workload to one target."""

    def __init__(self, target: Target, workload: Workload) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.generator"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=CHECKOUT,
        )
        self.process = psutil.Process(self._process.pid)
        context = workload.context.read_bytes()
        self._say(Opening(target, workload.name, context, workload.expected))

    @classmethod
    @contextlib.contextmanager
    def sending(cls, target: Target, workload: Workload) -> Iterator[Self]:
        """Have a process of load for as long as the block lasts."""
        load = cls(target, workload)
        try:
            yield load
        finally:
            load.close()

    def run(self, order: Order, sides: Sides) -> Run:
        """Make a run; raises BenchmarkError if a job failed or was wrong."""
        load_average = round(os.getloadavg()[0], 2)
        before = sides()
        self._say(order)
        answer = self._hear()
        after = sides()
        spent = {side: after[side] - before[side] for side in before}
        return Run(answer, spent, load_average)

    def close(self) -> None:
        """Let the process end, or end it if it still waits for something."""
        try:
            self._process.communicate(timeout=CLOSE_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.communicate()

    def _say(self, message: Opening | Order) -> None:
        if self._process.stdin is None:
            raise BenchmarkError("the process of load has no input")
        self._process.stdin.write(msgspec.json.encode(message) + b"\n")
        self._process.stdin.flush()

    def _hear(self) -> Measured:
        line = b"" if self._process.stdout is None else self._process.stdout.readline()
        if not line:
            raise BenchmarkError("the process of load has ended")
        answer: Measured | Broken = msgspec.json.decode(line, type=Measured | Broken)
        if isinstance(answer, Broken):
            raise BenchmarkError(answer.reason)
        return answer
