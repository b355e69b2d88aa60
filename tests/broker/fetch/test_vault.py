"""Secrets go only where they are bound to, and stay one value there."""

from __future__ import annotations

import json

import pytest

from actionsd_broker.fetch.hosts import read_pattern
from actionsd_broker.fetch.outcomes import Denial
from actionsd_broker.fetch.policy import Refusal
from actionsd_broker.fetch.redirects import Outgoing
from actionsd_broker.fetch.vault import Filled, Secret, Vault

CRM = Secret("crm", 'va"lue&1', (read_pattern("api.example.com"),))
OTHER = Secret("other", "another-value", (read_pattern("*.example.org"),), frozenset({"beta"}))
VAULT = Vault([CRM, OTHER])


def fill(
    header: str = "", body: str | None = None, kind: str = "", tenant: str = "acme"
) -> Filled | Refusal:
    outgoing = Outgoing(
        "POST",
        (("Authorization", header), ("Content-Type", kind)),
        None if body is None else body.encode(),
    )
    return VAULT.fill(outgoing, tenant, "api.example.com")


def filled(header: str = "", body: str | None = None, kind: str = "") -> Outgoing:
    answer = fill(header, body, kind)
    assert isinstance(answer, Filled)
    return answer.outgoing


def refused(header: str = "", body: str | None = None, tenant: str = "acme") -> str:
    answer = fill(header, body, tenant=tenant)
    assert isinstance(answer, Refusal)
    assert answer.denial is Denial.SECRET
    assert CRM.value not in answer.reason + answer.explanation
    return answer.reason


def test_request_without_secrets_is_left_as_it_is() -> None:
    assert filled("Bearer {{x}}", "{}").body == b"{}"


def test_value_takes_its_names_place_in_a_header() -> None:
    assert filled("Bearer {{secret:crm}}!").headers[0] == ("Authorization", 'Bearer va"lue&1!')


@pytest.mark.parametrize(
    ("kind", "written"),
    [
        ("application/json; charset=utf-8", '"va\\"lue&1"'),
        ("application/problem+json", '"va\\"lue&1"'),
        ("application/x-www-form-urlencoded", '"va%22lue%261"'),
        ("text/plain", '"va"lue&1"'),
        ("", '"va"lue&1"'),
    ],
)
def test_value_stays_one_value_in_a_body(kind: str, written: str) -> None:
    assert filled(body='"{{secret:crm}}"', kind=kind).body == written.encode()


def test_value_in_json_is_read_back_whole() -> None:
    body = filled(body='{"a": "{{secret:crm}}"}', kind="application/json").body
    assert body is not None
    assert json.loads(body) == {"a": CRM.value}


def test_used_secrets_are_known() -> None:
    answer = fill("{{secret:crm}}")
    assert isinstance(answer, Filled)
    assert answer.used == {"crm"}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{{secret:nobody}}", "there is no secret nobody"),
        ("{{secret:}}", "there is no secret"),
        ("{{secret:other}}", "there is no secret other"),
        ("{{secret:crm", "has no end"),
        ("{{secret:crm} }", "has no end"),
        ("{{secret:{{secret:crm}}}}", "has no end"),
    ],
)
def test_name_that_is_none_is_refused(text: str, reason: str) -> None:
    assert reason in refused(header=text)
    assert reason in refused(body=text)


def test_secret_of_another_tenant_is_not_there() -> None:
    assert "there is no secret other" in refused("{{secret:other}}", tenant="acme")


def test_secret_is_refused_for_a_host_that_it_is_not_bound_to() -> None:
    assert "is not for the host" in refused("{{secret:other}}", tenant="beta")


def test_line_break_in_a_secret_makes_no_second_header() -> None:
    vault = Vault([Secret("pem", "line one\r\nX: y", (read_pattern("a.b"),))])
    answer = vault.fill(Outgoing("GET", (("X-A", "{{secret:pem}}"),)), "acme", "a.b")
    assert isinstance(answer, Refusal)
    assert "line one" not in answer.explanation


def test_responses_are_cleaned_of_what_was_sent_and_of_what_the_host_may_know() -> None:
    assert len(VAULT.redactors((), "api.example.com")) == 1
    assert len(VAULT.redactors({"other"}, "api.example.com")) == 2
    assert VAULT.redactors((), "b.com") == []


def test_log_is_cleaned_of_all_of_them() -> None:
    assert CRM.value not in VAULT.clean_text(f"x {CRM.value} {OTHER.value}")


@pytest.mark.parametrize("thing", [CRM, VAULT, Outgoing("GET", (("A", CRM.value),), b"va")])
def test_value_is_in_no_representation(thing: object) -> None:
    assert CRM.value not in f"{thing!r} {thing}"
