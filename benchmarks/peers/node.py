"""Plain Node, with no wall around the script: the same function, hot."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import msgspec
from msgspec import Struct

from benchmarks.errors import BenchmarkError
from benchmarks.workload import Outcome, Workload, check

HOT = Path(__file__).with_name("hot.js")


class Hot(Struct, frozen=True):
    """What a call costs in plain Node."""

    cpu_us: float
    wall_us: float
    calls: int
    node: str
    v8: str
    outcome: Outcome


def find_node() -> str | None:
    """Return where Node is; None if it is not."""
    return shutil.which("node")


def run_hot(node: str, workload: Workload, seconds: float) -> Hot:
    """Call a workload's function for some time."""
    arguments = [str(workload.script), workload.name, str(workload.context), str(seconds)]
    done = subprocess.run(
        [node, str(HOT), *arguments],
        capture_output=True,
        timeout=60 + 10 * seconds,
        check=False,
    )
    if done.returncode != 0:
        raise BenchmarkError(f"node: {done.stderr.decode(errors='replace')[-500:]}")
    hot = msgspec.json.decode(done.stdout, type=Hot)
    check(workload.name, workload.expected, hot.outcome)
    return hot
