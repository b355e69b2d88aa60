"""`actionsd run`: one job, from script files, through a broker and a worker of its own."""

from __future__ import annotations

import argparse
import os
import re
from pathlib import Path

import msgspec

from actionsd_broker import log
from actionsd_broker.commands.arguments import (
    print_result,
    read_context,
    read_file,
    read_trigger,
)
from actionsd_broker.config import Config, load_config
from actionsd_broker.ephemeral import ephemeral_broker
from actionsd_broker.errors import OperatorError
from actionsd_broker.fetch.secret_values import load_vault
from actionsd_client import Action, Client
from actionsd_protocol.messages import MAX_SCRIPT_CHARACTERS, Limits

EPILOG = """\
The result is JSON on standard output; what the scripts log goes to standard error.
Exit status: 0 the job succeeded, 1 an action failed, 2 usage or bad input (a script that
does not compile or lacks its function is bad input).

examples:
  actionsd run roleClaims.js --trigger complement-token/pre-userinfo --context user.json
  actionsd run groups=roles.js audit.js --trigger preuserinfo --context - < user.json
  actionsd run enrich.js --trigger preuserinfo --context user.json -c actionsd.toml
"""

_DEFAULTS = Limits()
_NAMED = re.compile(r"^(?P<name>[^\s/=.]+)=(?P<path>.+)$")


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the subcommand to the command line."""
    parser = subparsers.add_parser(
        "run",
        help="run scripts once",
        description="Run one job: the scripts in the order given, on a context document.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "scripts",
        nargs="+",
        metavar="SCRIPT.js",
        help="a script; it must define a function with the file's name without .js "
        "(or NAME=SCRIPT.js for another name)",
    )
    parser.add_argument("--trigger", required=True, metavar="NAME", help="the trigger to run as")
    parser.add_argument(
        "--context", required=True, metavar="FILE", help="the context document (JSON), - for stdin"
    )
    parser.add_argument(
        "-c",
        "--config",
        metavar="FILE",
        help="the daemon's configuration (TOML): what it and its registry allow --tenant to "
        "fetch, its secrets, its sandbox (default: nothing is fetched)",
    )
    parser.add_argument("--tenant", default="local", help="the tenant to run as (default: local)")
    parser.add_argument(
        "--allowed-to-fail", action="store_true", help="go on after an action that fails"
    )
    parser.add_argument(
        "--timeout",
        type=float,
        default=_DEFAULTS.timeout,
        metavar="S",
        help="seconds for each action (default and maximum: %(default)g)",
    )
    parser.add_argument(
        "--cpu",
        type=float,
        default=_DEFAULTS.cpu,
        metavar="S",
        help="seconds of CPU for each action (default: %(default)g)",
    )
    parser.add_argument(
        "--memory",
        type=int,
        default=_DEFAULTS.memory,
        metavar="MIB",
        help="MiB of memory for each action (default: %(default)d)",
    )
    parser.add_argument(
        "--metadata",
        metavar="FILE",
        help="keep users' metadata in this file (default: in memory, for this job)",
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Run the job and print its result."""
    trigger = read_trigger(arguments.trigger)
    paths = [_split(script) for script in arguments.scripts]
    limits = _read_limits(arguments)
    actions = [
        _read_action(name, path, limits, allowed_to_fail=arguments.allowed_to_fail)
        for name, path in paths
    ]
    context = read_context(arguments.context)
    log.set_up(level="error", form="text")
    patience = 30 + 30 * len(actions)
    config = _configure(arguments)
    with (
        ephemeral_broker(config, lambda: load_vault(config.secrets, os.environ)) as line,
        Client(line.endpoint) as client,
    ):
        result = client.call(
            trigger, tenant=arguments.tenant, context=context, actions=actions, timeout=patience
        )
        return print_result(result, files=dict(paths))


def _configure(arguments: argparse.Namespace) -> Config:
    config = load_config(Path(arguments.config)) if arguments.config else Config()
    metadata = {"path": arguments.metadata}  # never the daemon's own, unless it is asked for
    return config.changed(workers=1, spares=0, endpoint=None, metadata=metadata)


def _split(script: str) -> tuple[str, Path]:
    named = _NAMED.match(script)
    path = Path(named["path"] if named else script)
    return (named["name"] if named else path.stem), path


def _read_limits(arguments: argparse.Namespace) -> Limits:
    for name in ("timeout", "cpu", "memory"):
        value = getattr(arguments, name)
        try:
            msgspec.convert({name: value}, Limits)
        except msgspec.ValidationError as error:
            reason = str(error).partition(" - at")[0]
            raise OperatorError(f"--{name} {value:g}: {reason}") from error
    return Limits(timeout=arguments.timeout, cpu=arguments.cpu, memory=arguments.memory)


def _read_action(name: str, path: Path, limits: Limits, *, allowed_to_fail: bool) -> Action:
    try:
        source = read_file(path).decode()
    except UnicodeDecodeError as error:
        raise OperatorError(f"{path}: not UTF-8 text") from error
    if len(source) > MAX_SCRIPT_CHARACTERS:
        raise OperatorError(f"{path}: more than {MAX_SCRIPT_CHARACTERS} characters")
    action = Action(name=name, script=source, allowed_to_fail=allowed_to_fail, **limits.limits())
    try:
        return msgspec.convert(msgspec.to_builtins(action), Action)
    except msgspec.ValidationError as error:
        raise OperatorError(f"{path}: {error}") from error
