"""Secrets of the operator's that scripts may use and never see. Pure; `secret_values` reads.

A script writes `{{secret:NAME}}` in a header's value or in a body. The value is put in here,
in the broker, for a host that the secret is bound to, and taken out of what comes back.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple
from urllib.parse import quote

from msgspec import Struct

from actionsd_broker.fetch.headers import HeaderError, check_value, value_of
from actionsd_broker.fetch.hosts import HostError, HostPattern, read_pattern
from actionsd_broker.fetch.outcomes import Denial
from actionsd_broker.fetch.policy import Refusal
from actionsd_broker.fetch.redaction import Redactor
from actionsd_broker.fetch.redirects import Outgoing

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}\Z")
_PLACEHOLDER = re.compile(r"\{\{secret:([^{}]*)\}\}")
_PLACEHOLDER_BYTES = re.compile(_PLACEHOLDER.pattern.encode())
_OPENING = "{{secret:"


class SecretTable(Struct, frozen=True, forbid_unknown_fields=True):
    """A secret as `[secrets.NAME]` has it: where its value is, and who may have it.

    file     a file with the value; a line break at its end is not part of it
    env      or an environment variable of the daemon's
    hosts    the hosts that it may be sent to, as in `[[fetch.allow]]`
    tenants  the tenants whose scripts may use it; all, if it is left out
    """

    hosts: tuple[str, ...] = ()
    file: str | None = None
    env: str | None = None
    tenants: tuple[str, ...] | None = None


def check_table(name: str, table: SecretTable) -> str | None:
    """Return what is wrong with a table, None if nothing is."""
    if not _NAME.match(name):
        return "a secret's name has letters, digits, _ . and - only"
    if (table.file is None) == (table.env is None):
        return "expected either file or env"
    if not table.hosts:
        return "expected hosts, those that it may be sent to"
    try:
        for host in table.hosts:
            read_pattern(host)
    except HostError as error:
        return str(error)
    return None


@dataclass(frozen=True)
class Secret:
    """One secret. Its value is in no text that is made of it."""

    name: str
    value: str = field(repr=False)
    hosts: tuple[HostPattern, ...]
    tenants: frozenset[str] | None = None
    redactor: Redactor = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "redactor", Redactor(self.name, self.value))

    def is_bound_to(self, host: str) -> bool:
        """Say whether the value may be sent to a host."""
        return any(pattern.covers(host) for pattern in self.hosts)

    def is_for(self, tenant: str) -> bool:
        """Say whether a tenant's scripts may use it."""
        return self.tenants is None or tenant in self.tenants


class Filled(NamedTuple):
    """A request with its secrets in place, and which they are."""

    outgoing: Outgoing
    used: frozenset[str]


class _RefusedError(Exception):
    def __init__(self, reason: str) -> None:
        super().__init__(reason)


class Vault:
    """All secrets; puts them into requests and takes them out of responses."""

    def __init__(self, secrets: Iterable[Secret] = ()) -> None:
        self._secrets = {secret.name: secret for secret in secrets}

    def __repr__(self) -> str:
        return f"Vault({', '.join(sorted(self._secrets))})"

    def fill(self, outgoing: Outgoing, tenant: str, host: str) -> Filled | Refusal:
        """Return a request for a host with the values in place of their names."""
        filling = _Filling(self._secrets, tenant, host)
        try:
            headers = tuple((name, filling.header(name, value)) for name, value in outgoing.headers)
            body = outgoing.body
            if body is not None:
                body = filling.body(body, value_of(outgoing.headers, "content-type") or "")
        except _RefusedError as error:
            return Refusal(Denial.SECRET, str(error), f"{error} (tenant {tenant}, host {host})")
        return Filled(Outgoing(outgoing.method, headers, body), frozenset(filling.used))

    def redactors(self, used: Iterable[str], host: str) -> list[Redactor]:
        """Return what cleans a host's response: of secrets sent, and of all that it may know.

        The longest first, as one secret may be a part of another.
        """
        names = set(used)
        known = [
            secret
            for secret in self._secrets.values()
            if secret.name in names or secret.is_bound_to(host)
        ]
        known.sort(key=lambda secret: len(secret.value), reverse=True)
        return [secret.redactor for secret in known]

    def clean_text(self, text: str) -> str:
        """Return a text for the log without any secret."""
        for secret in self._secrets.values():
            text = secret.redactor.clean_text(text)
        return text


class _Filling:
    """Replaces the placeholders of one request."""

    def __init__(self, secrets: dict[str, Secret], tenant: str, host: str) -> None:
        self._secrets = secrets
        self._tenant = tenant
        self._host = host
        self.used: set[str] = set()

    def header(self, name: str, value: str) -> str:
        if _OPENING not in value:
            return value
        filled = _PLACEHOLDER.sub(lambda match: self._value(match[1]), value)
        self._check_whole(value)
        try:
            check_value(name, filled)
        except HeaderError:
            raise _RefusedError(f"the secret in {name} has a line break") from None
        return filled

    def body(self, body: bytes, content_type: str) -> bytes:
        if _OPENING.encode() not in body:
            return body
        self._check_whole(body.decode("utf-8", "replace"))
        kind = content_type.partition(";")[0].strip().lower()
        return _PLACEHOLDER_BYTES.sub(
            lambda match: _escape(self._value(match[1].decode("utf-8", "replace")), kind), body
        )

    def _check_whole(self, text: str) -> None:
        if _OPENING in _PLACEHOLDER.sub("", text):
            raise _RefusedError("a {{secret: has no end")

    def _value(self, name: str) -> str:
        secret = self._secrets.get(name)
        # To a script of another tenant's, a secret is as if it were not there.
        if secret is None or not secret.is_for(self._tenant):
            shown = name if name.isprintable() and len(name) <= 64 else "of that name"
            raise _RefusedError(f"there is no secret {shown}")
        if not secret.is_bound_to(self._host):
            raise _RefusedError(f"the secret {name} is not for the host {self._host}")
        self.used.add(name)
        return secret.value


def _escape(value: str, kind: str) -> bytes:
    # A value with a quote or an ampersand must stay one value.
    if kind == "application/json" or kind.endswith("+json"):
        return json.dumps(value)[1:-1].encode()
    if kind == "application/x-www-form-urlencoded":
        return quote(value, safe="").encode()
    return value.encode()
