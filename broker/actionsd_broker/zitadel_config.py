"""The tables `[http.zitadel.INSTANCE]`: how the calls of a ZITADEL are checked and answered.

Pure, but for `read_key`, which reads one key at the gateway's start. No key is in the
configuration itself: a file that is shown, copied and versioned is no place for one.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

import msgspec
from msgspec import Meta, Struct

from actionsd_broker.errors import ConfigError
from actionsd_protocol.messages import Name

MAX_KEYS = 8
"""Keys of one kind: as many as are in use while one is replaced by another, and some more."""

MIN_SIGNING_CHARACTERS = 8
MAX_KEY_BYTES = 64 * 1024

LOOPBACK = ("127.0.0.1", "::1", "localhost")
"""Hosts that only this machine can reach, as a configuration names them."""


class KeySource(Struct, frozen=True, forbid_unknown_fields=True):
    """Where a key is.

    file  a file with the key; a line break at its end is not part of it
    env   or an environment variable of the gateway's
    """

    file: str | None = None
    env: str | None = None

    def __str__(self) -> str:
        return f"environment variable {self.env}" if self.file is None else self.file


class ZitadelTable(Struct, frozen=True, forbid_unknown_fields=True):
    """One ZITADEL instance, which calls `POST /zitadel/INSTANCE` (docs/zitadel-target.md).

    signing_keys       the keys of its targets: the signature of one is enough
    payload            what its targets send: `json`, `jwt` (signed), or `jwe` (that, encrypted)
    jwks_url           where the instance's public keys are: HTTPS, or HTTP on this machine
    jwks_file          or a file with them; both for `jwt` and `jwe` only
    jwe_keys           private keys (PEM) for `jwe`
    tolerance_seconds  how old a signature may be, and how far ahead its clock
    repeat_seconds     how long the answer to a call is given again to one that is identical;
                       later that is a replay
    default_tenant     whose actions run where a call names no organisation
    failure_status     what ZITADEL is told to answer where an action failed
    failure_message    and in which words
    unsupported        an action did what a reply cannot carry: `fail` the call, or `drop` it
    """

    signing_keys: Annotated[tuple[KeySource, ...], Meta(min_length=1, max_length=MAX_KEYS)]
    payload: Literal["json", "jwt", "jwe"] = "json"
    jwks_url: Annotated[str, Meta(max_length=2000)] | None = None
    jwks_file: str | None = None
    jwe_keys: Annotated[tuple[KeySource, ...], Meta(max_length=MAX_KEYS)] = ()
    tolerance_seconds: Annotated[int, Meta(ge=1, le=3600)] = 300
    repeat_seconds: Annotated[float, Meta(ge=0, le=60)] = 5.0
    default_tenant: Name | None = None
    failure_status: Annotated[int, Meta(ge=400, le=499)] = 403
    failure_message: Annotated[str, Meta(min_length=1, max_length=500)] = (
        "the request was refused by an action"
    )
    unsupported: Literal["fail", "drop"] = "fail"


def check_instance(table: ZitadelTable) -> str | None:
    """Return what is wrong with a table, beginning with the key, None if nothing is."""
    for key in ("signing_keys", "jwe_keys"):
        for source in getattr(table, key):
            if (source.file is None) == (source.env is None):
                return f"{key}: expected either file or env for each"
    return _check_jwks(table) or _check_jwe(table)


def _check_jwks(table: ZitadelTable) -> str | None:
    given = [key for key in ("jwks_url", "jwks_file") if getattr(table, key) is not None]
    if table.payload == "json":
        return f"{given[0]}: of no use where payload is json" if given else None
    if len(given) != 1:
        return f"payload: {table.payload} needs either jwks_url or jwks_file"
    if table.jwks_url is not None and not _is_fetchable(table.jwks_url):
        return "jwks_url: expected https://HOST/PATH, or http:// on this machine"
    return None


def _check_jwe(table: ZitadelTable) -> str | None:
    if table.payload == "jwe":
        return None if table.jwe_keys else "payload: jwe needs jwe_keys"
    return f"jwe_keys: of no use where payload is {table.payload}" if table.jwe_keys else None


def _is_fetchable(url: str) -> bool:
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return False
    if not host or "@" in parts.netloc or not url.isprintable() or " " in url:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and host in LOOPBACK)


def locate_instance(table: ZitadelTable, directory: Path) -> ZitadelTable:
    """Return the table with its relative paths relative to a directory."""

    def located(source: KeySource) -> KeySource:
        return source if source.file is None else KeySource(file=str(directory / source.file))

    return msgspec.structs.replace(
        table,
        signing_keys=tuple(map(located, table.signing_keys)),
        jwe_keys=tuple(map(located, table.jwe_keys)),
        jwks_file=None if table.jwks_file is None else str(directory / table.jwks_file),
    )


def read_key(source: KeySource, place: str, environ: Mapping[str, str]) -> bytes:
    """Return the bytes of a key; raises ConfigError that names `place`, the key of the table."""
    if source.env is not None:
        if source.env not in environ:
            raise ConfigError(f"{place}: the environment has no {source.env}")
        return environ[source.env].encode("utf-8", "surrogateescape")
    try:
        with Path(source.file or "").open("rb") as file:
            key = file.read(MAX_KEY_BYTES + 1)
    except OSError as error:
        raise ConfigError(f"{place}: {source.file}: {error.strerror}") from error
    if len(key) > MAX_KEY_BYTES:
        raise ConfigError(f"{place}: {source.file}: {MAX_KEY_BYTES} bytes are the most")
    return key.removesuffix(b"\n").removesuffix(b"\r")


def read_signing_keys(
    name: str, table: ZitadelTable, environ: Mapping[str, str]
) -> tuple[bytes, ...]:
    """Return an instance's signing keys, in their order; raises ConfigError that names the key."""
    keys = []
    for number, source in enumerate(table.signing_keys):
        place = f"http.zitadel.{name}.signing_keys[{number}]"
        key = read_key(source, place, environ)
        if len(key) < MIN_SIGNING_CHARACTERS:
            text = f"{MIN_SIGNING_CHARACTERS} characters are the least"
            raise ConfigError(f"{place}: {source}: {text}")
        keys.append(key)
    return tuple(keys)
