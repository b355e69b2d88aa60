"""`actionsd metadata`: what is stored of users, for the operator to see and to mend."""

from __future__ import annotations

import argparse
import base64
import binascii
import contextlib
import json
import os
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from actionsd_broker.commands.arguments import (
    EXIT_FAILED,
    EXIT_SUCCEEDED,
    read_file,
    say,
)
from actionsd_broker.config import Config, load_config
from actionsd_broker.errors import OperatorError
from actionsd_broker.metadata.backup import back_up
from actionsd_broker.metadata.document import describe_entry, describe_time, describe_user
from actionsd_broker.metadata.entry import Entry, UserSummary
from actionsd_broker.metadata.errors import MetadataError, MetadataUnavailableError
from actionsd_broker.metadata.place import MEMORY, find_place
from actionsd_broker.metadata.sqlite_store import SqliteStore

EPILOG = """\
Works beside a running daemon, as its user or as root. The file is the one that the
configuration names (-c) or --path; otherwise a daemon's default for this user.
The result is JSON on standard output, with values as base64 (and as text, if they are).
Exit status: 0 done, 1 there is no such entry, 2 usage, bad input, or a file that cannot be
opened or written.

examples:
  actionsd metadata list --tenant acme -c /etc/actionsd/actionsd.toml
  actionsd metadata get --tenant acme --user 1234
  actionsd metadata set --tenant acme --user 1234 department '"sales"'
  actionsd metadata set --tenant acme --user 1234 avatar --file avatar.png
  actionsd metadata delete --tenant acme --user 1234 department
  actionsd metadata backup /var/backups/metadata.db
"""

_SET_EPILOG = """\
Bytes are stored as they are given. What scripts store is JSON, and bytes that are JSON are
read as what they say: 5 is a number to a script, "5" with the quotes is text, and so is
anything that is no JSON. `echo` adds a line's end; `printf %s` does not.
"""


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the subcommand to the command line."""
    parser = subparsers.add_parser(
        "metadata",
        help="show and change the stored metadata of users",
        description="Show and change what is stored of users.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    verbs = parser.add_subparsers(metavar="VERB", required=True)
    _add_get(verbs)
    _add_set(verbs)
    _add_list(verbs)
    _add_delete(verbs)
    _add_backup(verbs)


def _add_get(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = _add_verb(verbs, "get", "print a user's entries, or one of them")
    _add_user(parser, required=True)
    parser.add_argument("key", nargs="?", metavar="KEY", help="only this entry")
    parser.set_defaults(run=_get)


def _add_set(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = _add_verb(verbs, "set", "set an entry, and print it", epilog=_SET_EPILOG)
    _add_user(parser, required=True)
    parser.add_argument("key", metavar="KEY", help="the entry's key")
    parser.add_argument("value", metavar="VALUE", help="the value, - for stdin")
    parser.add_argument("--file", action="store_true", help="VALUE is the name of a file with it")
    parser.add_argument("--base64", action="store_true", help="the value is given as base64")
    parser.add_argument(
        "--create", action="store_true", help="make the metadata file if there is none"
    )
    parser.set_defaults(run=_set)


def _add_list(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = _add_verb(verbs, "list", "list a tenant's users, or a user's entries without values")
    _add_user(parser, required=False)
    parser.set_defaults(run=_list)


def _add_delete(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = _add_verb(verbs, "delete", "delete an entry, or all that is stored of a user")
    _add_user(parser, required=True)
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("key", nargs="?", metavar="KEY", help="the entry")
    what.add_argument("--all", action="store_true", help="all entries, and that there were any")
    parser.set_defaults(run=_delete)


def _add_backup(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = _add_verb(verbs, "backup", "copy the file, as of one moment, while it is in use")
    parser.add_argument("target", type=Path, metavar="FILE", help="the copy; must not exist")
    parser.set_defaults(run=_backup)


def _add_verb(
    verbs: argparse._SubParsersAction[argparse.ArgumentParser],
    name: str,
    text: str,
    epilog: str | None = None,
) -> argparse.ArgumentParser:
    form = argparse.RawDescriptionHelpFormatter
    parser = verbs.add_parser(
        name, help=text, description=f"{text.capitalize()}.", epilog=epilog, formatter_class=form
    )
    place = parser.add_mutually_exclusive_group()
    place.add_argument("-c", "--config", metavar="FILE", help="the daemon's configuration (TOML)")
    place.add_argument("--path", metavar="FILE", help="the metadata file")
    return parser


def _add_user(parser: argparse.ArgumentParser, *, required: bool) -> None:
    parser.add_argument("--tenant", required=True, metavar="T", help="the tenant (organisation)")
    parser.add_argument("--user", required=required, metavar="U", help="the user's id")


def _get(arguments: argparse.Namespace) -> int:
    tenant, user, key = arguments.tenant, arguments.user, arguments.key
    with _opened(arguments) as store:
        metadata = store.get(tenant, user)
    document = describe_user(metadata, tenant)
    document["metadata"] = [_describe(entry, tenant) for entry in metadata.entries]
    if key is None:
        _print(document)
        return EXIT_SUCCEEDED
    for entry in document["metadata"]:
        if entry["key"] == key:
            _print(entry)
            return EXIT_SUCCEEDED
    return _say_absent(arguments)


def _set(arguments: argparse.Namespace) -> int:
    value = _read_value(arguments)
    tenant, user, key = arguments.tenant, arguments.user, arguments.key
    with _opened(arguments, create=arguments.create) as store:
        entry = store.set(tenant, user, key, value, datetime.now(UTC))
    _print(_describe(entry, tenant))
    say(f"{key!r} of user {user} has {len(value)} bytes, sequence {entry.sequence}")
    return EXIT_SUCCEEDED


def _list(arguments: argparse.Namespace) -> int:
    tenant, user = arguments.tenant, arguments.user
    with _opened(arguments) as store:
        if user is None:
            users = [_describe_summary(summary) for summary in _all_users(store, tenant)]
            _print({"tenant": tenant, "count": len(users), "users": users})
            return EXIT_SUCCEEDED
        metadata = store.get(tenant, user)
    document = describe_user(metadata, tenant)
    for described, entry in zip(document["metadata"], metadata.entries, strict=True):
        del described["value"]
        described["bytes"] = len(entry.value)
    _print(document)
    return EXIT_SUCCEEDED


def _delete(arguments: argparse.Namespace) -> int:
    tenant, user, key = arguments.tenant, arguments.user, arguments.key
    with _opened(arguments) as store:
        if arguments.all:
            count = store.forget(tenant, user)
        else:
            count = int(store.delete(tenant, user, key, datetime.now(UTC)))
    if count == 0 and key is not None:
        return _say_absent(arguments)
    _print({"deleted": count})
    return EXIT_SUCCEEDED


def _backup(arguments: argparse.Namespace) -> int:
    with _opened(arguments) as store:
        back_up(store, arguments.target)
    _print({"path": str(arguments.target), "bytes": arguments.target.stat().st_size})
    return EXIT_SUCCEEDED


@contextlib.contextmanager
def _opened(arguments: argparse.Namespace, *, create: bool = False) -> Iterator[SqliteStore]:
    config = load_config(Path(arguments.config)) if arguments.config else Config()
    path = arguments.path or find_place(config.metadata.path, os.environ, os.getuid())
    if path == MEMORY:
        raise OperatorError(f'the metadata is not in a file ("{MEMORY}"), only in the daemon')
    store = SqliteStore(path, config.metadata.limits, prepare=create)
    try:
        yield store
    except MetadataUnavailableError as error:
        raise OperatorError(f"{error}: {error.detail}") from error
    except MetadataError as error:
        raise OperatorError(str(error)) from error
    finally:
        store.close()


def _read_value(arguments: argparse.Namespace) -> bytes:
    if arguments.value == "-":
        given = sys.stdin.buffer.read()
    elif arguments.file:
        given = read_file(Path(arguments.value))
    else:
        given = os.fsencode(arguments.value)  # the bytes that the shell passed
    if not arguments.base64:
        return given
    try:
        return base64.b64decode(b"".join(given.split()), validate=True)
    except binascii.Error as error:
        raise OperatorError(f"the value is not base64: {error}") from error


def _all_users(store: SqliteStore, tenant: str) -> Iterator[UserSummary]:
    after = ""
    while users := store.users(tenant, after=after):
        yield from users
        after = users[-1].user


def _describe(entry: Entry, tenant: str) -> dict[str, Any]:
    document = describe_entry(entry, tenant)
    with contextlib.suppress(UnicodeDecodeError):
        document["text"] = entry.value.decode()
    return document


def _describe_summary(summary: UserSummary) -> dict[str, Any]:
    return {
        "user": summary.user,
        "count": summary.entries,
        "bytes": summary.size_bytes,
        "sequence": summary.sequence,
        "timestamp": describe_time(summary.changed),
    }


def _say_absent(arguments: argparse.Namespace) -> int:
    say(f"user {arguments.user} of {arguments.tenant} has no entry {arguments.key!r}")
    return EXIT_FAILED


def _print(document: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(document, indent=2, ensure_ascii=False) + "\n")
