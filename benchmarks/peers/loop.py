"""A peer in one process that calls a workload's function again and again, and says what it cost."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

import msgspec
from msgspec import Struct

from benchmarks.errors import BenchmarkError
from benchmarks.workload import Outcome, Workload, check


class Looped(Struct, frozen=True):
    """What a call costs where nothing but the engine is in the way."""

    cpu_us: float
    calls: int
    outcome: Outcome


Said = TypeVar("Said", bound=Looped)


def run_loop(
    peer: str, command: Sequence[str | Path], workload: Workload, seconds: float, said: type[Said]
) -> Said:
    """Run a command, given script, name, context and seconds; returns what it has said.

    Raises BenchmarkError if it fails, or the workload comes to something else than it must.
    """
    arguments = [str(workload.script), workload.name, str(workload.context), str(seconds)]
    done = subprocess.run(
        [*command, *arguments],
        capture_output=True,
        timeout=60 + 10 * seconds,
        check=False,
    )
    if done.returncode != 0:
        raise BenchmarkError(f"{peer}: {done.stderr.decode(errors='replace')[-500:]}")
    looped = msgspec.json.decode(done.stdout, type=said)
    check(workload.name, workload.expected, looped.outcome)
    return looped
