"""Plain Node, with no wall around the script: the same function, hot."""

from __future__ import annotations

import shutil
from pathlib import Path

from benchmarks.peers.loop import Looped, run_loop
from benchmarks.workload import Workload

HOT = Path(__file__).with_name("hot.js")


class Hot(Looped, frozen=True):
    """What a call costs in plain Node."""

    node: str
    v8: str


def find_node() -> str | None:
    """Return where Node is; None if it is not."""
    return shutil.which("node")


def run_hot(node: str, workload: Workload, seconds: float) -> Hot:
    """Call a workload's function for some time; raises BenchmarkError."""
    return run_loop("node", [node, HOT], workload, seconds, Hot)
