"""`actionsd check`: whether a registry is fit to be served."""

from __future__ import annotations

import argparse
from pathlib import Path

from actionsd_broker import log
from actionsd_broker.commands.arguments import EXIT_SUCCEEDED, EXIT_USAGE, say
from actionsd_broker.config import DEFAULT_REGISTRY, Config
from actionsd_broker.ephemeral import ephemeral_broker
from actionsd_broker.errors import RegistryError
from actionsd_broker.plan import make_plan
from actionsd_broker.registry import RegisteredAction, load_registry
from actionsd_broker.registry_check import describe_problem, is_cut_short
from actionsd_client import Client


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the subcommand to the command line."""
    parser = subparsers.add_parser(
        "check",
        help="check a registry",
        description="Check the manifests and scripts of a registry: one line for each action. "
        "Scripts are compiled and their top level is run; their functions are not called, "
        "nothing is fetched and no metadata is read.",
        epilog="Exit status: 0 all is well, 2 something is not.",
    )
    parser.add_argument(
        "directory",
        nargs="?",
        default=DEFAULT_REGISTRY,
        metavar="DIR",
        help=f"the registry (default: ./{DEFAULT_REGISTRY})",
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Check every action of the registry and print a line for each."""
    log.set_up(level="error", form="text")
    try:
        registry = load_registry(Path(arguments.directory))
    except RegistryError as error:
        for problem in error.problems:
            say(problem)
        return EXIT_USAGE
    with ephemeral_broker(Config(workers=1)) as line, Client(line.endpoint) as client:
        lines = [_check(client, registered) for registered in registry.actions]
    return EXIT_SUCCEEDED if all(lines) else EXIT_USAGE


def _check(client: Client, registered: RegisteredAction) -> bool:
    result = client.call(
        registered.trigger,
        tenant=registered.tenant,
        context=b"{}",
        actions=[registered.strict],
        check=True,
    )
    problem = describe_problem(registered, result)
    if problem is not None:
        say(problem)
        return False
    name = f"{registered.tenant}/{registered.action.name}"
    notes = []
    if make_plan([registered.action]).steps[0].fresh:
        notes.append(" (patches built-ins: a fresh isolate for every run, about 10 ms)")
    if is_cut_short(result):
        notes.append(" (fetches or reads metadata at its top level: checked up to there)")
    print(f"ok {name} {registered.path}{''.join(notes)}")  # noqa: T201 - the command's output
    return True
