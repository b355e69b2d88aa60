"""Who a request is from, and what they may ask for. Pure.

A bearer token is known by its SHA-256 only. It is compared with every hash that there is, in
constant time, so that neither how much of one is right nor whose it is can be measured.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping
from typing import NamedTuple

from actionsd_broker.http_config import ClientTable, read_patterns
from actionsd_gateway.jobs import PROBE_TENANT
from actionsd_gateway.problems import Kind, Problem

MAX_TOKEN_CHARACTERS = 512

_BEARER = re.compile(r"[Bb][Ee][Aa][Rr][Ee][Rr] +([A-Za-z0-9._~+/-]+=*) *")


class Client(NamedTuple):
    """A client, as a valid token names it."""

    name: str
    tenants: re.Pattern[str]
    triggers: re.Pattern[str]
    inline: bool

    def check_trigger(self, trigger: str) -> None:
        """Raise Problem (403) unless it may ask for this trigger."""
        if not self.triggers.fullmatch(trigger):
            raise Problem(Kind.FORBIDDEN, f"the client may not use the trigger {trigger}")

    def check_tenant(self, tenant: str) -> None:
        """Raise Problem (403) unless it may ask for this tenant."""
        if tenant == PROBE_TENANT or not self.tenants.fullmatch(tenant):
            raise Problem(Kind.FORBIDDEN, "the client may not use this tenant")

    def check_inline(self) -> None:
        """Raise Problem (403) unless its jobs may carry their actions."""
        if not self.inline:
            raise Problem(Kind.FORBIDDEN, "the client may not send actions; expected none")


class Clients:
    """All clients of the configuration, by the hashes of their tokens."""

    def __init__(self, tables: Mapping[str, ClientTable]) -> None:
        self._hashes = [
            (bytes.fromhex(token), _client(name, table))
            for name, table in tables.items()
            for token in table.token_sha256
        ]

    def authenticate(self, authorization: str | None) -> Client:
        """Return who a header `Authorization` names; raises Problem (401)."""
        if authorization is None:
            raise _unauthorized("Bearer")
        bearer = _BEARER.fullmatch(authorization)
        token = "" if bearer is None else bearer[1]
        if not token or len(token) > MAX_TOKEN_CHARACTERS:
            raise _unauthorized('Bearer error="invalid_request"')
        presented = hashlib.sha256(token.encode()).digest()
        found = None
        for digest, client in self._hashes:
            if hmac.compare_digest(digest, presented):
                found = client  # and on: how many are compared says nothing
        if found is None:
            raise _unauthorized('Bearer error="invalid_token"')
        return found


def _client(name: str, table: ClientTable) -> Client:
    return Client(name, read_patterns(table.tenants), read_patterns(table.triggers), table.inline)


def _unauthorized(challenge: str) -> Problem:
    return Problem(Kind.UNAUTHORIZED, headers={"WWW-Authenticate": challenge})
