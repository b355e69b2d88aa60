"""What several subcommands read from the command line, and how they print a result."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping
from pathlib import Path

import msgspec

from actionsd_broker.config import check_endpoint
from actionsd_broker.errors import OperatorError
from actionsd_client import Client
from actionsd_protocol.context import ContextError, check_context
from actionsd_protocol.errors import CLIENTS_MISTAKES, FailureKind
from actionsd_protocol.result import Result
from actionsd_protocol.triggers import ALIASES, TRIGGERS, resolve_trigger

EXIT_SUCCEEDED = 0
EXIT_FAILED = 1
EXIT_USAGE = 2

_BAD_SCRIPTS = frozenset({FailureKind.SYNTAX_ERROR, FailureKind.MISSING_FUNCTION})


def add_endpoint(parser: argparse.ArgumentParser) -> None:
    """Add the option that names one daemon, for `connect`."""
    parser.add_argument(
        "--endpoint", metavar="E", help="where the daemon serves (default: $ACTIONSD_ENDPOINT)"
    )


def connect(endpoint: str | None) -> Client:
    """Return a client of the daemon there; raises ConfigError if none can be."""
    if endpoint is not None:
        check_endpoint(endpoint)
    return Client(endpoint)


def read_trigger(name: str) -> str:
    """Return the full name of a trigger; raises OperatorError that lists those there are."""
    trigger = resolve_trigger(name)
    if trigger is None:
        known = "\n  ".join([*TRIGGERS, *ALIASES])
        raise OperatorError(f"unknown trigger {name!r}; there is:\n  {known}")
    return trigger


def read_context(place: str) -> bytes:
    """Return the context document in a file, or on standard input for "-", checked."""
    text = sys.stdin.buffer.read() if place == "-" else read_file(Path(place))
    try:
        check_context(text)
    except ContextError as error:
        name = "standard input" if place == "-" else place
        raise OperatorError(f"{name}: not a context document: {error}") from error
    return text


def read_file(path: Path) -> bytes:
    """Return what is in a file; raises OperatorError that names it."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise OperatorError(f"{path}: cannot be read: {error.strerror}") from error


def print_result(result: Result, files: Mapping[str, Path] | None = None) -> int:
    """Print a result as JSON, its logs and a summary for people; return the exit status.

    `files` says which actions were read from files of the caller's: then a script that
    cannot even be run is bad input, and its place is named with the file.
    """
    document = msgspec.to_builtins(result)
    sys.stdout.write(json.dumps(document, indent=2, ensure_ascii=False) + "\n")
    for line in result.logs:
        say(f"{line.level}: {line.action}: {line.message}")
    if result.error is None:
        return EXIT_SUCCEEDED
    culprit = "" if result.error.action is None else f"action {result.error.action}: "
    place = _place(result, files or {})
    say(f"{place}failed: {culprit}{result.error.kind.value}: {result.error.message}")
    mistakes = CLIENTS_MISTAKES if files is None else CLIENTS_MISTAKES | _BAD_SCRIPTS
    return EXIT_USAGE if result.error.kind in mistakes else EXIT_FAILED


def _place(result: Result, files: Mapping[str, Path]) -> str:
    for action in result.actions:
        if action.outcome == "failed" and action.error is not None and action.name in files:
            line = action.error.line
            where = "" if line is None else f":{line}:{action.error.column}"
            return f"{files[action.name]}{where}: "
    return ""


def print_text(text: str) -> None:
    """Print data on standard output, at once."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def say(text: str) -> None:
    """Print a line for people."""
    sys.stderr.write(text + "\n")
