"""`actionsd call`: one job through a daemon that runs already."""

from __future__ import annotations

import argparse

from actionsd_broker.commands.arguments import print_result, read_context, read_trigger, say
from actionsd_broker.config import check_endpoint
from actionsd_client import Client
from actionsd_client.endpoint import split_endpoints

EPILOG = """\
Exit status: 0 the job succeeded, 1 an action failed, 2 usage, bad input or no daemon.

examples:
  actionsd call complement-token/pre-userinfo --tenant acme --context user.json
  actionsd call preuserinfo --tenant acme --context - --endpoint ipc:///run/actionsd/broker.sock
  actionsd call preuserinfo --tenant acme --context - --endpoint ipc:///run/a.sock,ipc:///run/b.sock
"""


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the subcommand to the command line."""
    parser = subparsers.add_parser(
        "call",
        help="send a trigger to a running daemon",
        description="Run the actions that a tenant has bound to a trigger, in a running daemon.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("trigger", metavar="TRIGGER", help="the trigger's name")
    parser.add_argument("--tenant", required=True, metavar="T", help="the tenant (organisation)")
    parser.add_argument(
        "--context", required=True, metavar="FILE", help="the context document (JSON), - for stdin"
    )
    parser.add_argument(
        "--endpoint",
        metavar="E[,E…]",
        help="where the daemon serves, or several do (default: $ACTIONSD_ENDPOINT)",
    )
    parser.add_argument(
        "--timeout", type=float, default=60.0, metavar="S", help="seconds to wait (default: 60)"
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Call the daemon and print the result."""
    trigger = read_trigger(arguments.trigger)
    context = read_context(arguments.context)
    endpoints = None if arguments.endpoint is None else split_endpoints(arguments.endpoint)
    for endpoint in endpoints or ():
        check_endpoint(endpoint)
    with Client(endpoints) as client:
        result = client.call(
            trigger, tenant=arguments.tenant, context=context, timeout=arguments.timeout
        )
    if not result.actions and result.error is None:
        say(f"note: tenant {arguments.tenant!r} has no action on {trigger}")
    return print_result(result)
