"""`actionsd token`: a new bearer token for a client of the gateway."""

from __future__ import annotations

import argparse
import hashlib
import secrets
import sys

from actionsd_broker.commands.arguments import EXIT_SUCCEEDED, say
from actionsd_broker.errors import ConfigError
from actionsd_broker.http_config import EXPECTED_NAME, is_name

PREFIX = "actionsd_"
"""Shows what a token is for, to whoever finds one where it should not be."""

TOKEN_BYTES = 32
"""So random that its plain hash tells nothing of it."""

EPILOG = """\
The token is printed on standard output, once: give it to the client, it is kept nowhere. The
lines for the configuration go to standard error; they have its hash only. A client may have
several tokens: to replace one, add the new hash, then take the old one away.

examples:
  actionsd token
  actionsd token idp > token.txt
"""


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the subcommand to the command line."""
    parser = subparsers.add_parser(
        "token",
        help="make a bearer token for a client of the HTTP gateway",
        description="Print a new random token, and the lines that let its bearer in.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "client", metavar="CLIENT", nargs="?", default="NAME", help="what the client is called"
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print a token and the lines for the configuration."""
    client: str = arguments.client
    if not is_name(client):
        raise ConfigError(f"client {client!r}: {EXPECTED_NAME}")
    token = PREFIX + secrets.token_urlsafe(TOKEN_BYTES)
    sys.stdout.write(token + "\n")
    # A dot would make tables of the parts of the name.
    say(f'[http.clients."{client}"]' if "." in client else f"[http.clients.{client}]")
    say(f'token_sha256 = ["{hashlib.sha256(token.encode()).hexdigest()}"]')
    say('tenants = ["*"]     # the tenants that it may ask for')
    say('triggers = ["*"]    # and the triggers')
    return EXIT_SUCCEEDED
