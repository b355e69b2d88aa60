"""Bodies of requests for jobs: what is taken, and which problem it is when it is not."""

from __future__ import annotations

import json
from typing import Any

import pytest
from http_gateway import CLIENTS, NARROW_TOKEN, TOKEN

from actionsd_gateway.clients import Client, Clients
from actionsd_gateway.jobs import PROBE_TENANT
from actionsd_gateway.problems import Kind, Problem
from actionsd_gateway.triggers import MAX_CONTEXT_BYTES, read_request

ANYTHING = Clients(CLIENTS).authenticate(f"Bearer {TOKEN}")
NARROW = Clients(CLIENTS).authenticate(f"Bearer {NARROW_TOKEN}")
ACTION = {"name": "f", "script": "function f() {}"}


def read(document: Any, client: Client = ANYTHING) -> Any:
    return read_request(json.dumps(document).encode(), client)


def test_context_is_passed_on_as_it_came() -> None:
    text = b'{ "claims" : {"n": 12345678901234567890.10, "e": "\\u00e9"} }'
    job = read_request(b'{"context": ' + text + b', "tenant": "acme"}', ANYTHING)
    assert (job.tenant, bytes(job.context), job.actions) == ("acme", text, None)


def test_actions_come_with_their_limits() -> None:
    job = read({"tenant": "t", "context": {}, "actions": [{**ACTION, "timeout": 2}]})
    assert (job.actions[0].name, job.actions[0].timeout) == ("f", 2)


@pytest.mark.parametrize(
    ("body", "kind", "detail"),
    [
        (b"", Kind.MALFORMED, "not JSON"),
        (b'{"tenant": "t", "context": {}', Kind.MALFORMED, "not JSON"),
        (b'{"tenant": "t", "context": {"claims": {"a": NaN}}}', Kind.MALFORMED, "not JSON"),
        (b'{"tenant": "t", "context": {"org": {"a": "\xff"}}}', Kind.MALFORMED, "not JSON"),
        (b"\xef\xbb\xbf{}", Kind.MALFORMED, "not JSON"),
        (b"[]", Kind.INVALID, "Expected `object`, got `array`"),
        (b"{}", Kind.INVALID, "missing required field `tenant`"),
        (b'{"tenant": "t"}', Kind.INVALID, "missing required field `context`"),
        (b'{"tenant": "", "context": {}}', Kind.INVALID, "$.tenant"),
        (b'{"tenant": "t", "context": []}', Kind.INVALID, "Expected `object`, got `array`"),
        (
            b'{"tenant": "t", "context": {"usr": 1}}',
            Kind.INVALID,
            "context: Object contains unknown field `usr`",
        ),
        (b'{"tenant": "t", "context": {"user": {"id": 1}}}', Kind.INVALID, "$.user.id"),
        (b'{"tenant": "t", "context": {}, "check": true}', Kind.INVALID, "unknown field `check`"),
        (b'{"tenant": "t", "context": {}, "actions": [{}]}', Kind.INVALID, "field `name`"),
        (b'{"tenant":"t","context":{"claims":' + b"[" * 9999, Kind.INVALID, "nested too deeply"),
    ],
)
def test_mistake_is_named_with_its_place(body: bytes, kind: Kind, detail: str) -> None:
    with pytest.raises(Problem) as caught:
        read_request(body, ANYTHING)
    assert caught.value.kind is kind
    assert detail in caught.value.detail


def test_values_are_never_in_a_problem() -> None:
    with pytest.raises(Problem) as caught:
        read({"tenant": "t", "context": {"user": {"human": {"firstName": {"secret-value": 1}}}}})
    assert "secret-value" not in caught.value.detail


@pytest.mark.parametrize(
    ("document", "client"),
    [
        ({"tenant": "globex", "context": {}}, NARROW),
        ({"tenant": "acme", "context": {}, "actions": []}, NARROW),
        ({"tenant": PROBE_TENANT, "context": {}}, ANYTHING),
    ],
)
def test_client_is_kept_to_what_it_may(document: Any, client: Client) -> None:
    with pytest.raises(Problem) as caught:
        read(document, client)
    assert caught.value.kind is Kind.FORBIDDEN


def test_context_beyond_what_the_protocol_carries_is_too_large() -> None:
    context = {"claims": {"a": "x" * MAX_CONTEXT_BYTES}}
    with pytest.raises(Problem) as caught:
        read({"tenant": "t", "context": context})
    assert caught.value.kind is Kind.TOO_LARGE
