"""`actionsd gateway`: triggers over HTTP, as a client of a running daemon."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

import msgspec

from actionsd_broker import descriptors, log
from actionsd_broker.commands.arguments import EXIT_SUCCEEDED
from actionsd_broker.config import Config, check_endpoint, load_config
from actionsd_broker.errors import ConfigError
from actionsd_broker.http_config import read_address
from actionsd_broker.lifeline import die_with
from actionsd_client.endpoint import VARIABLE, find_endpoints, split_endpoints

EPILOG = """\
`actionsd serve` starts a gateway by itself where the configuration has a table [http]; this is
for one that is apart from its daemon, or that serves several. It connects to --endpoint, or to
those in ACTIONSD_ENDPOINT, or to the configuration's endpoint.

Signals: TERM and INT let requests that are under way finish, refuse new ones, and exit.

examples:
  actionsd gateway -c /etc/actionsd/actionsd.toml
  actionsd gateway -c gateway.toml --listen 0.0.0.0:8480 \\
      --endpoint ipc:///run/actionsd/a.sock --endpoint ipc:///run/actionsd/b.sock
"""


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the subcommand to the command line."""
    parser = subparsers.add_parser(
        "gateway",
        help="serve triggers over HTTP, for a running daemon",
        description="Serve triggers over HTTP: a client of a running daemon, or of several.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "-c", "--config", metavar="FILE", required=True, help="the configuration (TOML)"
    )
    parser.add_argument("--listen", metavar="A", help="HOST:PORT, instead of http.listen")
    parser.add_argument(
        "--endpoint", metavar="E", action="append", help="where a daemon serves; any number"
    )
    # `actionsd serve` says here whom the gateway must not outlive.
    parser.add_argument("--parent", type=int, help=argparse.SUPPRESS)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Serve until told to stop."""
    if arguments.parent is not None:
        die_with(arguments.parent)
    config = load_config(Path(arguments.config))
    http = config.http
    if http is None:
        raise ConfigError(f"{arguments.config}: there is no table [http]; docs/http.md has one")
    if arguments.listen is not None:
        if read_address(arguments.listen) is None:
            raise ConfigError(f"--listen {arguments.listen}: expected HOST:PORT or [IPV6]:PORT")
        http = msgspec.structs.replace(http, listen=arguments.listen)
    endpoints = _find_endpoints(arguments.endpoint, config)
    log.set_up(level=config.log_level, form=config.log_format)
    descriptors.raise_limit()
    # Only here: no other command, and not the daemon, is to load what serves HTTP.
    from actionsd_gateway.server import serve  # noqa: PLC0415 - the line above says why

    serve(http, endpoints)
    return EXIT_SUCCEEDED


def _find_endpoints(given: list[str] | None, config: Config) -> tuple[str, ...]:
    for endpoint in given or ():
        check_endpoint(endpoint)
    if given is None and config.endpoint and not split_endpoints(os.environ.get(VARIABLE, "")):
        given = [config.endpoint]
    return find_endpoints(given, os.environ, os.getuid())
