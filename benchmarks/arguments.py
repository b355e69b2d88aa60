"""The command line of the suite."""

from __future__ import annotations

import argparse
import importlib.util
from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks.plan import Pace
from benchmarks.workload import NAMES, WORKLOADS

FULL = Pace(repetitions=3, seconds=3.0, warm_up_seconds=1.0)
QUICK = Pace(repetitions=1, seconds=0.5, warm_up_seconds=0.25)
WORKERS = (1, 2, 4, 8)
IN_FLIGHT = (1, 16, 64)
COMPARE_WORKERS = (2,)
MAX_WORKERS = 256
MAX_IN_FLIGHT = 1000

EPILOG = """\
Figures are of a machine: let it be idle. docs/benchmarks.md says how to read them.

examples:
  python -m benchmarks --quick                     all of it, roughly, in about a minute
  python -m benchmarks --json run.json --plot run.png
  python -m benchmarks --workload w2 --workers 1,2 --in-flight 64
  python -m benchmarks --compare                   peers side by side, in turn
"""


def make_parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description="Measures actionsd: a real daemon, sealed workers, four workloads.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("--quick", action="store_true", help="once and shortly: to see that it works")
    add(
        "--json", type=Path, metavar="FILE", help="write the figures there, `-` for standard output"
    )
    add("--plot", type=Path, metavar="FILE", help="draw them there (PNG; needs matplotlib)")
    add("--compare", action="store_true", help="measure peers too, in turn with the daemon")
    add("--workload", nargs="+", choices=NAMES, default=list(NAMES), metavar="W", help="w1 … w4")
    add("--workers", type=numbers_to(MAX_WORKERS), metavar="N,…", help="default: 1,2,4,8")
    add("--in-flight", type=numbers_to(MAX_IN_FLIGHT), metavar="N,…", help="default: 1,16,64")
    add("--repetitions", type=number_to(100), metavar="N", help="default: 3, 1 with --quick")
    add("--seconds", type=positive, metavar="S", help="of each run; default: 3, 0.5 with --quick")
    add("--workloads", type=Path, default=WORKLOADS, metavar="DIR", help="other workloads")
    add("--full-context", action="store_true", help="with the context of 8 KB")
    add("--inline", action="store_true", help="jobs bring their script, instead of a registry")
    return parser


def parse(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """Read the command line; ends the process with a message if it is wrong."""
    parser = make_parser()
    parsed = parser.parse_args(arguments)
    if parsed.plot is not None and importlib.util.find_spec("matplotlib") is None:
        parser.error("--plot needs matplotlib: pip install 'actionsd[bench]'")
    for path in (parsed.json, parsed.plot):
        if path is not None and not path.absolute().parent.is_dir():
            parser.error(f"{path}: there is no such directory")
    if parsed.workers is None:
        parsed.workers = list(COMPARE_WORKERS if parsed.compare else WORKERS)
    if parsed.in_flight is None:
        parsed.in_flight = list(IN_FLIGHT)
    return parsed


def pace_of(parsed: argparse.Namespace) -> Pace:
    """Return how often and how long runs are."""
    pace = QUICK if parsed.quick else FULL
    if parsed.repetitions is not None:
        pace = pace._replace(repetitions=parsed.repetitions)
    if parsed.seconds is not None:
        pace = pace._replace(seconds=parsed.seconds)
    return pace


def numbers_to(limit: int) -> Callable[[str], list[int]]:
    """Return what reads numbers from 1 to a limit, separated by commas: sorted, each once."""
    read = number_to(limit)
    return lambda text: sorted({read(part) for part in text.split(",")})


def number_to(limit: int) -> Callable[[str], int]:
    """Return what reads a number from 1 to a limit."""

    def read(text: str) -> int:
        if not (text.strip().isdecimal() and 1 <= int(text) <= limit):
            raise argparse.ArgumentTypeError(f"{text!r}: not a number from 1 to {limit}")
        return int(text)

    return read


def positive(text: str) -> float:
    """Return the seconds in a text."""
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0.05 <= seconds <= 3600:
        raise argparse.ArgumentTypeError(f"{text!r}: seconds, from 0.05 to 3600")
    return seconds
