"""A flame graph of the broker under load: where its time goes.

    python -m benchmarks.flame [--workload w2] [--workers 2] [--in-flight 64] [--output broker.svg]

Samples the broker of a real daemon with py-spy while it serves. A file that ends with .txt
gets the stacks as lines with their counts instead of a picture.
"""

from __future__ import annotations

import argparse
import contextlib
import shutil
import subprocess
import sys
from pathlib import Path

from benchmarks.arguments import MAX_IN_FLIGHT, number_to
from benchmarks.callers import DaemonTarget
from benchmarks.daemon import Daemon, settings_for
from benchmarks.errors import BenchmarkError
from benchmarks.generator import Order
from benchmarks.load import Load
from benchmarks.site import site_for
from benchmarks.workload import NAMES, TENANT, WORKLOADS, load_workloads

RATE = 500
"""Samples a second: few enough not to be what is seen."""

WARM_UP_SECONDS = 0.5
STRETCH_SECONDS = 0.5
"""Of load at a time, until py-spy has enough."""


def main() -> int:
    """Record, and say where."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.flame",
        description=(__doc__ or "").partition("\n")[0],
        epilog="Needs py-spy (pip install 'actionsd[bench]'), and to be root or the daemon's user "
        "where the system lets one look into one's own processes.",
    )
    add = parser.add_argument
    add("--workload", choices=NAMES, default="w2", help="default: w2")
    add("--workers", type=number_to(64), default=2, metavar="N", help="default: 2")
    add("--in-flight", type=number_to(MAX_IN_FLIGHT), default=64, metavar="N", help="default: 64")
    add("--seconds", type=number_to(600), default=10, metavar="S", help="default: 10")
    add("--output", type=Path, default=Path("broker.svg"), metavar="FILE", help="broker.svg")
    arguments = parser.parse_args()
    spy = shutil.which("py-spy") or shutil.which("py-spy", path=str(Path(sys.executable).parent))
    if spy is None:
        print("benchmarks.flame: there is no py-spy here: pip install 'actionsd[bench]'")
        return 2
    try:
        record(spy, arguments)
    except BenchmarkError as error:
        print(f"benchmarks.flame: {error}", file=sys.stderr)
        return 1
    print(f"{arguments.output}: {arguments.seconds} s of the broker, {arguments.workload}")
    return 0


def record(spy: str, arguments: argparse.Namespace) -> None:
    """Run a daemon under load and have py-spy look at its broker."""
    [workload] = load_workloads(WORKLOADS, [arguments.workload])
    settings = settings_for(workload, arguments.workers, inline=False)
    shape = "raw" if arguments.output.suffix == ".txt" else "flamegraph"
    with contextlib.ExitStack() as stack:
        stack.enter_context(site_for(workload))
        daemon = stack.enter_context(Daemon.running(settings))
        target = DaemonTarget(daemon.endpoint, TENANT, None)
        load = stack.enter_context(Load.sending(target, workload))
        load.run(Order(WARM_UP_SECONDS, arguments.in_flight), daemon.cpu)
        command = [spy, "record", "--format", shape, "--output", str(arguments.output)]
        command += ["--rate", str(RATE), "--duration", str(arguments.seconds)]
        looking = subprocess.Popen(
            [*command, "--threads", "--pid", str(daemon.broker.pid)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        while looking.poll() is None:  # its own start is not of its samples
            load.run(Order(STRETCH_SECONDS, arguments.in_flight), daemon.cpu)
        _, said = looking.communicate(timeout=60)
    if looking.returncode != 0:
        raise BenchmarkError(f"py-spy has failed: {said.strip()[-300:]}")


if __name__ == "__main__":
    sys.exit(main())
