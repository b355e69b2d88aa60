"""`actionsd types`: the declarations that editors and the TypeScript checker need."""

from __future__ import annotations

import argparse
import importlib.resources
import sys

from actionsd_broker.commands.arguments import EXIT_SUCCEEDED, read_trigger
from actionsd_protocol import triggers

INTERFACES: dict[str, str] = {
    triggers.EXTERNAL_POST_AUTHENTICATION: "ExternalPostAuthentication",
    triggers.EXTERNAL_PRE_CREATION: "ExternalPreCreation",
    triggers.EXTERNAL_POST_CREATION: "ExternalPostCreation",
    triggers.INTERNAL_POST_AUTHENTICATION: "InternalPostAuthentication",
    triggers.INTERNAL_PRE_CREATION: "InternalPreCreation",
    triggers.INTERNAL_POST_CREATION: "InternalPostCreation",
    triggers.PRE_USERINFO: "PreUserinfo",
    triggers.PRE_ACCESS_TOKEN: "PreAccessToken",
    triggers.PRE_SAML_RESPONSE: "PreSamlResponse",
}
"""What the names of a trigger's two interfaces begin with; they end in Context and Api."""

EPILOG = """\
examples:
  actionsd types > actions.d.ts
  actionsd types complement-token/pre-userinfo > actions.d.ts

The first lines of the output say how to use it.
"""


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the subcommand to the command line."""
    parser = subparsers.add_parser(
        "types",
        help="print TypeScript declarations for scripts",
        description="Print a TypeScript declaration file (.d.ts) of what actions are given, "
        "so that an editor can complete and check scripts.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "trigger",
        nargs="?",
        metavar="TRIGGER",
        help="also declare Ctx and Api, as they are in this trigger",
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print the declarations."""
    trigger = None if arguments.trigger is None else read_trigger(arguments.trigger)
    sys.stdout.write(declarations(trigger))
    return EXIT_SUCCEEDED


def declarations(trigger: str | None = None) -> str:
    """Return the declaration file, with `Ctx` and `Api` if a trigger's full name is given."""
    package = importlib.resources.files("actionsd_broker")
    text = package.joinpath("types", "actions.d.ts").read_text(encoding="utf-8")
    if trigger is None:
        return text
    name = INTERFACES[trigger]
    return f"{text}\n// {trigger}\n\ntype Ctx = {name}Context;\ntype Api = {name}Api;\n"
