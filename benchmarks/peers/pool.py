"""A peer: a pool of Python processes with V8 in them, as one would write it in an afternoon.

`fresh` makes a MiniRacer for each job. `reused` keeps one in each process: what a script
leaves behind is there for the next. Neither is sealed, has limits or knows tenants.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path
from typing import Literal, TypeAlias

from msgspec import Struct
from py_mini_racer import MiniRacer

Mode: TypeAlias = Literal["fresh", "reused"]

SHIM = Path(__file__).with_name("shim.js")
_racers: dict[str, MiniRacer] = {}


class PoolTarget(Struct, frozen=True, tag="pool"):
    """A pool for one script."""

    mode: Mode
    workers: int
    name: str
    script: str


def make_pool(target: PoolTarget) -> tuple[ProcessPoolExecutor, Callable[[str], str]]:
    """Return a pool, and what it is to run for a context."""
    # Not forked: a fork of a process with threads may stand still.
    processes = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(target.workers, mp_context=processes)
    code = f"{SHIM.read_text()}\n{Path(target.script).read_text()}\n"
    run = run_fresh if target.mode == "fresh" else run_reused
    return pool, partial(
        run, f"{code}function runJob(context) {{ return run({target.name}, context); }}"
    )


def run_fresh(code: str, context: str) -> str:
    """Run a job in a V8 of its own."""
    with MiniRacer() as racer:
        racer.eval(code)
        return str(racer.call("runJob", context))


def run_reused(code: str, context: str) -> str:
    """Run a job in the V8 that this process has for this code."""
    if code not in _racers:
        _racers[code] = MiniRacer()
        _racers[code].eval(code)
    return str(_racers[code].call("runJob", context))
