"""Who is let in, and to what."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from typing import Any

import pytest
from http_gateway import CLIENTS, NARROW_TOKEN, TOKEN, hash_of

from actionsd_broker.http_config import ClientTable
from actionsd_gateway.clients import Clients
from actionsd_gateway.jobs import PROBE_TENANT
from actionsd_gateway.problems import Kind, Problem

ALL = Clients(CLIENTS)


@pytest.mark.parametrize("scheme", ["Bearer ", "bearer ", "BEARER   "])
def test_token_names_its_client(scheme: str) -> None:
    assert ALL.authenticate(scheme + TOKEN).name == "idp"
    assert ALL.authenticate(scheme + NARROW_TOKEN).name == "narrow"


def test_each_of_several_tokens_lets_in() -> None:
    table = ClientTable((hash_of("old"), hash_of("new")), ("*",), ("*",))
    clients = Clients({"idp": table})
    assert {clients.authenticate(f"Bearer {token}").name for token in ("old", "new")} == {"idp"}


@pytest.mark.parametrize(
    ("header", "challenge"),
    [
        (None, "Bearer"),
        ("", 'Bearer error="invalid_request"'),
        (TOKEN, 'Bearer error="invalid_request"'),
        (f"Basic {TOKEN}", 'Bearer error="invalid_request"'),
        (f"Bearer {TOKEN} {TOKEN}", 'Bearer error="invalid_request"'),
        ("Bearer " + "x" * 513, 'Bearer error="invalid_request"'),
        (f"Bearer {TOKEN}x", 'Bearer error="invalid_token"'),
        (f"Bearer {TOKEN[:-1]}", 'Bearer error="invalid_token"'),
        # Who has read the configuration has no token.
        (f"Bearer {hash_of(TOKEN)}", 'Bearer error="invalid_token"'),
    ],
)
def test_whoever_else_is_challenged(header: str | None, challenge: str) -> None:
    with pytest.raises(Problem) as caught:
        ALL.authenticate(header)
    assert caught.value.kind is Kind.UNAUTHORIZED
    assert caught.value.headers == {"WWW-Authenticate": challenge}


def test_nobody_is_let_in_where_there_are_no_clients() -> None:
    with pytest.raises(Problem):
        Clients({}).authenticate(f"Bearer {TOKEN}")


def test_every_hash_is_compared_whichever_is_right(monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[Any] = []
    real = hmac.compare_digest

    def compare(ours: bytes, theirs: bytes) -> bool:
        compared.append(ours)
        return real(ours, theirs)

    monkeypatch.setattr(hmac, "compare_digest", compare)
    ALL.authenticate(f"Bearer {TOKEN}")
    assert len(compared) == len(CLIENTS)


def test_client_has_its_tenants_and_triggers_only() -> None:
    narrow = ALL.authenticate(f"Bearer {NARROW_TOKEN}")
    narrow.check_tenant("acme")
    narrow.check_trigger("complement-token/pre-userinfo")
    checks: list[Callable[[], None]] = [
        lambda: narrow.check_tenant("acme2"),
        lambda: narrow.check_trigger("complement-saml/pre-response"),
        narrow.check_inline,
    ]
    for check in checks:
        with pytest.raises(Problem) as caught:
            check()
        assert caught.value.kind is Kind.FORBIDDEN


def test_tenant_of_probes_is_nobodys() -> None:
    with pytest.raises(Problem):
        ALL.authenticate(f"Bearer {TOKEN}").check_tenant(PROBE_TENANT)
