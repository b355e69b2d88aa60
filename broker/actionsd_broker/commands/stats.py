"""`actionsd stats`: how a running daemon does."""

from __future__ import annotations

import argparse
import json
import sys
import time

from actionsd_broker.board import draw
from actionsd_broker.commands.arguments import EXIT_SUCCEEDED, add_endpoint, connect, print_text
from actionsd_client import Client

EPILOG = """\
In a terminal the table is drawn again and again, until Ctrl-C. Counts are since the start;
times are of the last minute, where something was done in it (docs/operating.md).
Exit status: 0 shown, 2 usage or no daemon.

examples:
  actionsd stats
  actionsd stats --once --endpoint ipc:///run/actionsd/broker.sock
  actionsd stats --json | jq '.tenants[] | {tenant, failures: .total.failures}'
"""

_HOME_AND_CLEAR = "\x1b[H\x1b[J"
_LEAST_SECONDS = 0.2


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the subcommand to the command line."""
    parser = subparsers.add_parser(
        "stats",
        help="show what a running daemon does, live",
        description="Show jobs, failures and times by tenant and action, and the workers.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_endpoint(parser)
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--json", action="store_true", help="print the document once, as JSON")
    how.add_argument("--once", action="store_true", help="print the table once")
    parser.add_argument(
        "--interval",
        type=_interval,
        default=1.0,
        metavar="S",
        help="seconds between two tables (default: 1)",
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print the figures, once or until interrupted."""
    with connect(arguments.endpoint) as client:
        if arguments.json:
            print_text(json.dumps(client.stats(), indent=2, ensure_ascii=False))
        elif arguments.once or not sys.stdout.isatty():
            print_text("\n".join(draw(client.stats())))
        else:
            _follow(client, arguments.interval)
    return EXIT_SUCCEEDED


def _follow(client: Client, interval: float) -> None:
    try:
        while True:
            print_text(_HOME_AND_CLEAR + "\n".join(draw(client.stats())))
            time.sleep(interval)
    except KeyboardInterrupt:
        return  # as it is meant to end


def _interval(text: str) -> float:
    seconds = float(text)
    if not _LEAST_SECONDS <= seconds <= 3600:
        raise argparse.ArgumentTypeError(f"expected {_LEAST_SECONDS} to 3600 seconds")
    return seconds
