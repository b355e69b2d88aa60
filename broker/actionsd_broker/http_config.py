"""The configuration's table `[http]`: where the gateway listens, its limits, its clients.

Read by the daemon, which starts the gateway, and by the gateway itself. Pure, but for the
directory that relative paths are made relative to.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, NamedTuple, TypeAlias

import msgspec
from msgspec import Meta, Struct

from actionsd_broker.zitadel_config import (
    LOOPBACK,
    ZitadelTable,
    check_instance,
    locate_instance,
)
from actionsd_protocol.triggers import TRIGGERS

MAX_BODY_KIB = 8192
"""What a job can need: a context and inline actions, of 4 MiB each (docs/protocol.md)."""

MAX_SECONDS = 600.0
MAX_TOKENS = 16

EXPECTED_NAME = "a name has letters, digits, _ . and - only"
"""Of a client or an instance."""

Seconds: TypeAlias = Annotated[float, Meta(gt=0, le=MAX_SECONDS)]
Text: TypeAlias = Annotated[str, Meta(min_length=1, max_length=200)]

_HASH = re.compile(r"[0-9a-f]{64}")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}\Z")
_ADDRESS = re.compile(r"(?:\[(?P<six>[0-9A-Fa-f:.]+)\]|(?P<host>[A-Za-z0-9.-]+)):(?P<port>\d{1,5})")


class ClientTable(Struct, frozen=True, forbid_unknown_fields=True):
    """The table `[http.clients.NAME]`: an IdP, or whoever else may ask for jobs.

    token_sha256  the SHA-256 of its bearer token, in hexadecimal; several while one is
                  replaced by another (`actionsd token` makes them)
    tenants       the tenants that it may ask for; `*` stands for any characters
    triggers      the triggers; `*` stands for any characters
    inline        whether its jobs may carry their actions
    """

    token_sha256: tuple[str, ...]
    tenants: tuple[Text, ...]
    triggers: tuple[Text, ...]
    inline: bool = False


class HttpConfig(Struct, frozen=True, forbid_unknown_fields=True):
    """The table `[http]`.

    listen         where the gateway listens: HOST:PORT or [IPV6]:PORT
    operations     where /metrics, /healthz and /readyz are; None: with the others
    certificate    PEM, with its chain: TLS. None: plain HTTP
    key            PEM; None: in the certificate's file
    body_kib       size of a request's body
    header_seconds how long a request's head may take to come
    body_seconds   how long its body may
    job_seconds    how long a job may, before 504
    idle_seconds   how long a connection may be without a request
    drain_seconds  how long requests under way may take after SIGTERM
    connections    at a time; more are cut off
    clients        who may use /v1: see ClientTable
    zitadel        ZITADEL instances whose targets are served: see ZitadelTable
    """

    listen: str = "127.0.0.1:8480"
    operations: str | None = None
    certificate: str | None = None
    key: str | None = None
    body_kib: Annotated[int, Meta(ge=1, le=MAX_BODY_KIB)] = 4096
    header_seconds: Seconds = 10.0
    body_seconds: Seconds = 10.0
    job_seconds: Seconds = 30.0
    idle_seconds: Seconds = 120.0
    drain_seconds: Seconds = 30.0
    connections: Annotated[int, Meta(ge=1, le=65_536)] = 512
    clients: dict[str, ClientTable] = {}
    zitadel: dict[str, ZitadelTable] = {}


class Address(NamedTuple):
    """Where a socket listens. Port 0 is any that is free."""

    host: str
    port: int

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine can reach it."""
        return self.host in LOOPBACK

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"


class Mistake(NamedTuple):
    """What is wrong with a table, and the keys of where."""

    keys: tuple[str, ...]
    reason: str


def is_name(text: str) -> bool:
    """Say whether a client or an instance may be called that."""
    return _NAME.match(text) is not None


def read_address(text: str) -> Address | None:
    """Return the address in a text, None if there is none."""
    match = _ADDRESS.fullmatch(text)
    if match is None or int(match["port"]) > 65_535:
        return None
    return Address(match["six"] or match["host"], int(match["port"]))


def read_patterns(patterns: Iterable[str]) -> re.Pattern[str]:
    """Return an expression for what any of these patterns stands for, to be matched fully."""
    return re.compile("|".join(map(_expression, patterns)) or r"(?!)", re.DOTALL)


def check_http(http: HttpConfig) -> Mistake | None:
    """Return what is wrong with the table, None if nothing is."""
    for key in ("listen", "operations"):
        value = getattr(http, key)
        if value is not None and read_address(value) is None:
            return Mistake((key,), f"{key} {value!r}: expected HOST:PORT, or [IPV6]:PORT")
    if http.operations is not None and _is_same_port(http.listen, http.operations):
        text = f"operations {http.operations!r}: listen is there; expected another address"
        return Mistake(("operations",), text)
    if http.key is not None and http.certificate is None:
        return Mistake(("key",), "a key without a certificate; expected both, or neither")
    for instance, zitadel in http.zitadel.items():
        reason = check_instance(zitadel) if is_name(instance) else EXPECTED_NAME
        if reason is not None:
            keys = ("zitadel", instance, reason.partition(":")[0])
            return Mistake(keys, f"zitadel {instance}: {reason}")
    for name, table in http.clients.items():
        reason = _check_client(name, table)
        if reason is not None:
            keys = ("clients", name, reason.partition(":")[0])
            return Mistake(keys, f"client {name}: {reason}")
    return _check_tokens(http)


def locate(http: HttpConfig, directory: Path) -> HttpConfig:
    """Return the table with its relative paths relative to a directory."""
    paths = {
        key: str(directory / value)
        for key in ("certificate", "key")
        if (value := getattr(http, key)) is not None
    }
    zitadel = {name: locate_instance(table, directory) for name, table in http.zitadel.items()}
    return msgspec.structs.replace(http, **paths, zitadel=zitadel)


def _check_client(name: str, table: ClientTable) -> str | None:
    if not is_name(name):
        return EXPECTED_NAME
    if not 1 <= len(table.token_sha256) <= MAX_TOKENS:
        return f"token_sha256: {len(table.token_sha256)} hashes; expected 1 to {MAX_TOKENS}"
    if not all(map(_HASH.fullmatch, table.token_sha256)):
        return "token_sha256: expected 64 digits of 0-9 and a-f, as `actionsd token` prints them"
    for pattern in table.triggers:
        if not any(read_patterns([pattern]).fullmatch(trigger) for trigger in TRIGGERS):
            return f"triggers: no trigger is {pattern!r}; there is: {', '.join(TRIGGERS)}"
    return None


def _check_tokens(http: HttpConfig) -> Mistake | None:
    seen: dict[str, str] = {}
    for name, table in http.clients.items():
        for token in table.token_sha256:
            if token in seen:
                reason = f"client {name}: a token of client {seen[token]}"
                return Mistake(("clients", name), f"{reason}; expected one for each")
            seen[token] = name
    return None


def _is_same_port(listen: str, operations: str) -> bool:
    # Port 0 is another one each time.
    return read_address(listen) == read_address(operations) and not listen.endswith(":0")


def _expression(pattern: str) -> str:
    first, *others = map(re.escape, pattern.split("*"))
    if not others:
        return first
    # What stands between two stars is where it comes first, and is not looked for again: what
    # is matched comes from clients, and trying every way takes minutes with some stars.
    between = "".join(f"(?>.*?{part})" for part in others[:-1])
    return f"{first}{between}.*{others[-1]}"
