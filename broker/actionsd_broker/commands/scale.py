"""`actionsd scale`: another number of workers for a running daemon."""

from __future__ import annotations

import argparse

from actionsd_broker.commands.arguments import EXIT_SUCCEEDED, add_endpoint, connect, print_text

EPILOG = """\
More workers are started at once. If there are too many, those without a job end first, and
the others when they have done what they have: no job is lost. The number lasts until the
daemon ends: a restart takes `workers` of the configuration again, a HUP does not.
TTIN and TTOU, sent to the daemon, are as +1 and -1.
Exit status: 0 done, 2 usage, no daemon, or a number that cannot be.

examples:
  actionsd scale 8
  actionsd scale auto                as many as the daemon may use CPUs
  actionsd scale +1
  actionsd scale -1 --endpoint ipc:///run/actionsd/broker.sock
"""


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the subcommand to the command line."""
    parser = subparsers.add_parser(
        "scale",
        help="change the number of workers of a running daemon",
        description="Change the number of workers of a running daemon.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("workers", metavar="N", help="how many, auto, +N or -N")
    add_endpoint(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Have the daemon scale, and print how many workers there are to be."""
    with connect(arguments.endpoint) as client:
        workers = client.scale(arguments.workers)
    print_text(str(workers))
    return EXIT_SUCCEEDED
