"""`python -m benchmarks`: measure, print, and write down."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import msgspec

from benchmarks.arguments import pace_of, parse
from benchmarks.errors import BenchmarkError
from benchmarks.plan import Scope
from benchmarks.plot import draw
from benchmarks.suite import NO_PEERS, Request, Suite, find_peers
from benchmarks.table import write_tables
from benchmarks.workload import load_workloads


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the suite; return the exit status."""
    parsed = parse(arguments)
    try:
        workloads = load_workloads(parsed.workloads, parsed.workload, full=parsed.full_context)
        peers = find_peers(workloads) if parsed.compare else NO_PEERS
        scope = Scope(workloads, parsed.workers, parsed.in_flight, peers.subjects)
        request = Request(scope, pace_of(parsed), quick=parsed.quick, inline=parsed.inline)
        report = Suite(request, peers).run()
    except BenchmarkError as error:
        print(f"benchmarks: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    document = msgspec.json.format(msgspec.json.encode(report), indent=2) + b"\n"
    if parsed.json == Path("-"):
        sys.stdout.buffer.write(document)
    else:
        print(write_tables(report), end="")
        if parsed.json is not None:
            parsed.json.write_bytes(document)
    if parsed.plot is not None:
        draw(report, parsed.plot)
    return 0


if __name__ == "__main__":
    sys.exit(main())
