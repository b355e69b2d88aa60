"""The `actionsd` command: finds the subcommand, and turns errors into one clear message."""

from __future__ import annotations

import argparse
import importlib
import sys
from collections.abc import Sequence

from actionsd_broker.commands.arguments import EXIT_USAGE, say
from actionsd_broker.errors import OperatorError
from actionsd_client import ClientError
from actionsd_protocol import __version__

_PACKAGE = "actionsd_broker.commands"

COMMANDS = {
    "serve": ("serve", "add_parser"),
    "gateway": ("gateway", "add_parser"),
    "run": ("run", "add_parser"),
    "call": ("call", "add_parser"),
    "stats": ("stats", "add_parser"),
    "scale": ("scale", "add_parser"),
    "disable": ("switch", "add_disable_parser"),
    "enable": ("switch", "add_enable_parser"),
    "switches": ("switch", "add_switches_parser"),
    "check": ("check", "add_parser"),
    "explain": ("explain", "add_parser"),
    "import": ("import_zitadel", "add_parser"),
    "metadata": ("metadata", "add_parser"),
    "token": ("token", "add_parser"),
    "doctor": ("doctor", "add_parser"),
    "types": ("types", "add_parser"),
}
"""Each subcommand's module and what adds its parser, in the order of `--help`."""


def make_parser(command: str | None = None) -> argparse.ArgumentParser:
    """Return the parser of the whole command line, or of one subcommand's."""
    parser = argparse.ArgumentParser(
        prog="actionsd",
        description="Runs ZITADEL-style JavaScript actions beside an identity provider.",
        epilog="`actionsd COMMAND --help` says more, with examples.",
    )
    parser.add_argument("--version", action="version", version=f"actionsd {__version__}")
    subparsers = parser.add_subparsers(metavar="COMMAND", required=True)
    for module, adder in COMMANDS.values() if command is None else [COMMANDS[command]]:
        # Only what is needed: all of them together take longer to load than most take to run.
        getattr(importlib.import_module(f"{_PACKAGE}.{module}"), adder)(subparsers)
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return its exit status."""
    words = sys.argv[1:] if arguments is None else arguments
    command = words[0] if words and words[0] in COMMANDS else None
    parsed = make_parser(command).parse_args(words)
    try:
        status: int = parsed.run(parsed)
    except (OperatorError, ClientError) as error:
        say(f"actionsd: {error}")
        return EXIT_USAGE
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # Whoever read our output has gone; there is nobody to tell.
        sys.stderr.close()
        return 141
    return status


if __name__ == "__main__":
    sys.exit(main())
