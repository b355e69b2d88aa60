"""`actionsd disable`, `enable` and `switches`: the break-glass switch.

What is asked for is asked of each daemon that the endpoint names. Where one does not answer,
since it does not run or hangs, the file is changed that it reads at its start, and while it
runs every second.
"""

from __future__ import annotations

import argparse
import json
import os
import pwd
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from actionsd_broker.board import describe_switch
from actionsd_broker.commands.arguments import EXIT_FAILED, EXIT_SUCCEEDED, print_text, say
from actionsd_broker.config import Config, check_endpoint, load_config
from actionsd_broker.errors import OperatorError
from actionsd_broker.switch_file import SwitchFile, SwitchFileError, find_switch_file
from actionsd_broker.switches import Switch, Switches, TooManySwitchesError, unreadable
from actionsd_client import Client, ClientError, DeclinedError
from actionsd_client.endpoint import find_endpoints
from actionsd_protocol.messages import Name, Text

CONNECT_SECONDS = 3.0
ANSWER_SECONDS = 5.0
"""How long a daemon is waited for before the file is changed instead."""

EPILOG = """\
A tenant, an action in every tenant, one action of one tenant, or --all for everything. Jobs
go on with what is left of their chains; where nothing is left they succeed at once, and
need no worker. Jobs that wait already are treated likewise; one that runs is not called back.
What is off stays off over restarts. If no daemon answers, its file is changed: the one beside
the metadata that the configuration names (-c), or a daemon's default for this user.
`actionsd switches` lists what is off, since when, by whom and why.
Exit status: 0 done, 1 done only in part (it says what is missing), 2 usage, or not done.

examples:
  actionsd disable --action roleClaims --reason 'loops since the release'
  actionsd disable --tenant acme
  actionsd disable --tenant acme --action roleClaims
  actionsd disable --all --reason 'INC-4711' -c /etc/actionsd/actionsd.toml
  actionsd enable --action roleClaims
"""


def add_disable_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `disable` to the command line."""
    parser = _add(subparsers, "disable", "switch actions off: the break-glass switch")
    _add_scope(parser)
    parser.add_argument("--reason", default="", metavar="TEXT", help="why; kept and listed")
    parser.set_defaults(run=_disable)


def add_enable_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `enable` to the command line."""
    parser = _add(subparsers, "enable", "switch on what `disable` has switched off")
    _add_scope(parser)
    parser.set_defaults(run=_enable)


def add_switches_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `switches` to the command line."""
    parser = _add(subparsers, "switches", "list what is switched off")
    parser.add_argument("--json", action="store_true", help="print it as JSON")
    parser.set_defaults(run=_list)


def _add(
    subparsers: argparse._SubParsersAction[argparse.ArgumentParser], name: str, text: str
) -> argparse.ArgumentParser:
    parser = subparsers.add_parser(
        name,
        help=text,
        description=f"{text[0].upper()}{text[1:]}.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--endpoint",
        metavar="E",
        help="where the daemon serves (default: the configuration's, or $ACTIONSD_ENDPOINT)",
    )
    parser.add_argument("-c", "--config", metavar="FILE", help="the daemon's configuration (TOML)")
    return parser


def _add_scope(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--tenant", metavar="T", help="this tenant (organisation)")
    parser.add_argument("--action", metavar="A", help="actions of this name, inline ones too")
    parser.add_argument("--all", action="store_true", help="everything")


def _disable(arguments: argparse.Namespace) -> int:
    tenant, action = _read_scope(arguments)
    since = datetime.now(UTC).isoformat(timespec="seconds")
    # What the terminal could not say in UTF-8 must not keep anybody from switching.
    reason = _read(_readable(arguments.reason), "--reason", Text)
    switch = Switch(tenant, action, since, _who(), reason)
    return _Change(arguments).make(switch, on=False)


def _enable(arguments: argparse.Namespace) -> int:
    tenant, action = _read_scope(arguments)
    return _Change(arguments).make(Switch(tenant, action, "", _who()), on=True)


def _list(arguments: argparse.Namespace) -> int:
    places = _Places(arguments)
    documents: list[Any] = []
    for endpoint in places.endpoints:
        try:
            with Client(endpoint, connect_timeout=CONNECT_SECONDS) as client:
                documents += client.stats(ANSWER_SECONDS)["disabled"]
        except ClientError as error:
            say(f"actionsd: {error}")
            file = places.file()
            say(f"what follows is in {file.path}")
            documents += msgspec.to_builtins(file.read().entries)
    found = list({(each["tenant"], each["action"]): each for each in documents}.values())
    if arguments.json:
        print_text(json.dumps(found, indent=2, ensure_ascii=False))
    else:
        print_text("\n".join(map(describe_switch, found)) or "nothing is switched off")
    return EXIT_SUCCEEDED


class _Places:
    """Where the daemons are, and their file."""

    def __init__(self, arguments: argparse.Namespace) -> None:
        self._config = load_config(Path(arguments.config)) if arguments.config else Config()
        given = arguments.endpoint or self._config.endpoint
        self.endpoints = find_endpoints(given, os.environ, os.getuid())
        for endpoint in self.endpoints:
            check_endpoint(endpoint)

    def file(self) -> SwitchFile:
        """Return the file; raises ConfigError if there is no place for one."""
        return SwitchFile(find_switch_file(self._config.metadata.path, os.environ, os.getuid()))


class _Change:
    """One thing to be switched off or on, everywhere."""

    def __init__(self, arguments: argparse.Namespace) -> None:
        self._places = _Places(arguments)
        self._status = EXIT_SUCCEEDED
        self._changed = False

    def make(self, switch: Switch, *, on: bool) -> int:
        """Make the change, say what came of it, and return the exit status."""
        failures = []
        for endpoint in self._places.endpoints:
            try:
                self._make_at(endpoint, switch, on=on)
            except OperatorError as error:  # the other daemons are to obey all the same
                failures.append(str(error))
        if len(failures) == len(self._places.endpoints):
            raise OperatorError("\n".join(failures))
        for failure in failures:
            say(f"actionsd: {failure}")
            self._status = EXIT_FAILED
        what = _name(switch)
        if not self._changed and on:
            say(f"{what}: was not switched off; `actionsd switches` lists what is")
            return EXIT_FAILED
        print_text(f"{what}: {'on' if on else 'off'}")
        return self._status

    def _make_at(self, endpoint: str, switch: Switch, *, on: bool) -> None:
        try:
            told = _ask(endpoint, switch, on=on)
        except DeclinedError as error:
            raise OperatorError(f"{endpoint}: {error}") from error
        except ClientError as error:
            self._write(switch, error, on=on)
        else:
            self._take(told, endpoint, on=on)

    def _take(self, told: Mapping[str, Any], endpoint: str, *, on: bool) -> None:
        self._changed = self._changed or told["changed"]
        if told["not_kept"] is not None:
            say(f"{endpoint}: done, but a restart will undo it: {told['not_kept']}")
            self._status = EXIT_FAILED
        if not told["known"] and not on:
            say(f"{endpoint}: nothing in its registry has this name; is it spelt right?")
        if on and told["disabled"]:
            say("still off:\n" + "\n".join(map(describe_switch, told["disabled"])))

    def _write(self, switch: Switch, error: ClientError, *, on: bool) -> None:
        file = self._places.file()
        if not file.has_directory:
            # Else whoever asks as the wrong user would believe that something was done.
            raise OperatorError(
                f"{error}\nNothing was done: there is no {file.path.parent}, so no daemon has its "
                "state there; give the daemon's configuration (-c), or ask as its user or root"
            )
        with file.locked():
            try:
                before = file.read()
            except SwitchFileError as problem:
                say(f"actionsd: {problem}; so everything counts as off")
                before = unreadable(str(problem), datetime.now(UTC))
            self._changed = self._changed or switch.scope in before
            file.write(_change(before, switch, on=on))
        say(f"actionsd: {error}")
        say(f"written to {file.path} instead: a daemon with this file obeys within a second")


def _change(before: Switches, switch: Switch, *, on: bool) -> Switches:
    try:
        return before.without(switch.scope) if on else before.with_off(switch)
    except TooManySwitchesError as error:
        raise OperatorError(str(error)) from error


def _ask(endpoint: str, switch: Switch, *, on: bool) -> Mapping[str, Any]:
    tenant, action, by = switch.tenant, switch.action, switch.by
    with Client(endpoint, connect_timeout=CONNECT_SECONDS) as client:
        if on:
            return client.enable(tenant, action, by=by, timeout=ANSWER_SECONDS)
        reason = switch.reason
        return client.disable(tenant, action, by=by, reason=reason, timeout=ANSWER_SECONDS)


def _read_scope(arguments: argparse.Namespace) -> tuple[str | None, str | None]:
    tenant, action = arguments.tenant, arguments.action
    if arguments.all and (tenant is not None or action is not None):
        raise OperatorError("--all is everything: without --tenant and --action")
    if not (arguments.all or tenant is not None or action is not None):
        raise OperatorError("say what: --tenant T, --action A, both, or --all for everything")
    return (
        None if tenant is None else _read(tenant, "--tenant", Name),
        None if action is None else _read(action, "--action", Name),
    )


def _read(text: str, option: str, kind: Any) -> str:
    if text != _readable(text):
        raise OperatorError(f"{option}: {_readable(text)}: expected UTF-8")
    try:
        return str(msgspec.convert(text, kind))
    except msgspec.ValidationError as error:
        raise OperatorError(f"{option}: {error}") from error


def _readable(text: str) -> str:
    """Return a text of the command line with a question mark for what is not UTF-8."""
    return text.encode(errors="replace").decode()


def _who() -> str:
    uid = os.getuid()
    try:
        name = pwd.getpwuid(uid).pw_name
    except KeyError:
        name = f"uid {uid}"
    asked_by = os.environ.get("SUDO_USER")
    return f"{_readable(asked_by)[:200]} as {name}" if asked_by else name


def _name(switch: Switch) -> str:
    if switch.action is None:
        return "everything" if switch.tenant is None else f"tenant {switch.tenant}"
    return f"action {switch.action}" + (f" of tenant {switch.tenant}" if switch.tenant else "")
