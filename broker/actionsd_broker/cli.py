"""The `actionsd` command: finds the subcommand, and turns errors into one clear message."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from actionsd_broker.commands import (
    call,
    check,
    doctor,
    explain,
    gateway,
    import_zitadel,
    metadata,
    run,
    scale,
    serve,
    stats,
    token,
    types,
)
from actionsd_broker.commands.arguments import EXIT_USAGE, say
from actionsd_broker.errors import OperatorError
from actionsd_client import ClientError
from actionsd_protocol import __version__

_COMMANDS = (
    serve,
    gateway,
    run,
    call,
    stats,
    scale,
    check,
    explain,
    import_zitadel,
    metadata,
    token,
    doctor,
    types,
)


def make_parser() -> argparse.ArgumentParser:
    """Return the parser of the whole command line."""
    parser = argparse.ArgumentParser(
        prog="actionsd",
        description="Runs ZITADEL-style JavaScript actions beside an identity provider.",
        epilog="`actionsd COMMAND --help` says more, with examples.",
    )
    parser.add_argument("--version", action="version", version=f"actionsd {__version__}")
    subparsers = parser.add_subparsers(metavar="COMMAND", required=True)
    for command in _COMMANDS:
        command.add_parser(subparsers)
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return its exit status."""
    parsed = make_parser().parse_args(arguments)
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
