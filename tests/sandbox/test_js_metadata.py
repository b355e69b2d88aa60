"""Metadata of the job's user: in its context, or in the broker's store."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any

import pytest

Run = Callable[..., Any]

ZERO = "0001-01-01T00:00:00Z"
SAML = "complement-saml/pre-response"
LOGIN = "internal-authentication/post-authentication"
NAMED = {"user": {"id": "17"}}
MODULE = "require('zitadel/metadata/user')"
TOKEN_GET, TOKEN_SET = "ctx.v1.user.getMetadata()", "api.v1.user.setMetadata"
READERS = [TOKEN_GET, f"{MODULE}.get()"]
WRITERS = [TOKEN_SET, f"{MODULE}.set"]


def entry(key: str, stored: bytes, **more: Any) -> dict[str, Any]:
    return {"key": key, "value": base64.b64encode(stored).decode(), **more}


CARRIED = {"userMetadata": [entry("k", b'"carried"')]}


def claiming(expression: str) -> str:
    return f"const f = (ctx, api) => api.v1.claims.setClaim('seen', {expression})"


def setting(writer: str, arguments: str = "'k', {b: '<', a: 'ä'}") -> str:
    return f"function f(ctx, api) {{ {writer}({arguments}) }}"


@pytest.mark.parametrize("reader", READERS)
def test_metadata_of_a_named_user_are_the_stores(run: Run, broker: Any, reader: str) -> None:
    when = "2026-01-02T03:04:05.6Z"
    first = entry("k", b"[1]", creationDate=when, changeDate=when, resourceOwner="42", sequence=7)
    document = {"count": 2, "sequence": 9, "timestamp": when, "metadata": [first, entry("l", b"x")]}
    broker.answers["get_metadata"] = {"document": document}
    outcome = run(claiming(f"JSON.parse(JSON.stringify({reader}))"), context=NAMED)
    [request] = broker.requests
    assert 0 < request.pop("seconds") <= 10
    assert request == {"type": "get_metadata", "step": 0}
    rest = {"creationDate": ZERO, "changeDate": ZERO, "resourceOwner": "", "sequence": 0}
    entries = [{**first, "value": [1]}, {"key": "l", "value": "x", **rest}]
    assert outcome.claims["seen"] == {**document, "metadata": entries}


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("user", [{}, NAMED])
def test_metadata_that_the_context_carries_win(
    run: Run, broker: Any, reader: str, user: dict[str, Any]
) -> None:
    outcome = run(claiming(f"{reader}.metadata[0].value"), context=CARRIED | user)
    assert outcome.claims == {"seen": "carried"}
    assert run(claiming(f"{reader}.count"), context={"userMetadata": []} | user).claims == {
        "seen": 0
    }
    assert broker.requests == []


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("context", [{}, {"user": None}, {"user": {}}, {"user": {"id": ""}}])
def test_without_a_user_there_are_none(
    run: Run, broker: Any, reader: str, context: dict[str, Any]
) -> None:
    outcome = run(claiming(f"JSON.parse(JSON.stringify({reader}))"), context=context)
    empty = {"count": 0, "sequence": 0, "timestamp": ZERO, "metadata": []}
    assert outcome.claims == {"seen": empty}
    assert broker.requests == []


@pytest.mark.parametrize("trigger", [SAML, LOGIN])
def test_every_trigger_can_read_the_store(run: Run, broker: Any, trigger: str) -> None:
    read = f"function f() {{ {MODULE}.get() }}"
    assert run(read, context=NAMED, trigger=trigger).error is None
    if trigger == SAML:
        read = f"function f(ctx) {{ {TOKEN_GET} }}"
        assert run(read, context=NAMED, trigger=trigger).error is None
    assert {request["type"] for request in broker.requests} == {"get_metadata"}


def test_every_reading_asks_anew(run: Run, broker: Any) -> None:
    broker.before = lambda: broker.answers.update(
        get_metadata={
            "document": {
                "count": 1,
                "sequence": len(broker.requests),
                "timestamp": "",
                "metadata": [],
            }
        }
    )
    outcome = run(claiming(f"[{TOKEN_GET}.sequence, {TOKEN_GET}.sequence]"), context=NAMED)
    assert outcome.claims == {"seen": [1, 2]}


@pytest.mark.parametrize("writer", WRITERS)
def test_metadata_of_a_named_user_are_stored_and_reported(
    run: Run, broker: Any, writer: str
) -> None:
    outcome = run(setting(writer), context=NAMED)
    stored = r'{"a":"ä","b":"\u003c"}'
    [request] = broker.requests
    assert 0 < request.pop("seconds") <= 10
    assert request == {"type": "set_metadata", "step": 0, "key": "k", "value": stored}
    assert outcome.stored == {"k": stored}


@pytest.mark.parametrize(
    ("writer", "context", "asks"),
    [
        (TOKEN_SET, CARRIED, 0),
        (TOKEN_SET, CARRIED | NAMED, 0),
        (TOKEN_SET, {}, 0),
        (WRITERS[1], CARRIED, 0),
        (WRITERS[1], CARRIED | NAMED, 1),
    ],
)
def test_mutation_is_written_whoever_keeps_the_metadata(
    run: Run, broker: Any, writer: str, context: dict[str, Any], asks: int
) -> None:
    assert run(setting(writer, "'k', 1"), context=context).stored == {"k": "1"}
    assert len(broker.requests) == asks


def test_module_cannot_set_where_nobody_is_named(run: Run, broker: Any) -> None:
    outcome = run(setting(WRITERS[1]))
    assert outcome.error["kind"] == "metadata_failed"
    message = "the context names no user (user.id) whose metadata it could be at f ("
    assert outcome.error["message"].startswith(message)
    assert (outcome.ops, broker.requests) == ([], [])


@pytest.mark.parametrize("writer", WRITERS)
def test_what_is_not_stored_is_no_mutation(run: Run, broker: Any, writer: str) -> None:
    failure = {"kind": "metadata_failed", "message": "the key is longer than 200 characters"}
    broker.answers["set_metadata"] = {"failure": failure}
    outcome = run(setting(writer), context=NAMED)
    assert outcome.error["kind"] == "metadata_failed"
    assert outcome.error["message"].startswith(failure["message"])
    assert outcome.ops == []


def test_what_is_not_stored_takes_no_room(run: Run, broker: Any) -> None:
    broker.answers["set_metadata"] = {"failure": {"kind": "metadata_failed", "message": "no"}}
    script = f"""function f(ctx, api) {{
        for (let i = 0; i < 20; i++) try {{ {TOKEN_SET}('k', 'x'.repeat(300)) }} catch {{}}
        api.v1.claims.setClaim('a', 1);
    }}"""
    outcome = run({"source": script, "mutations": 2, "output": 1000}, context=NAMED)
    assert outcome.actions == ["succeeded"]
    assert outcome.claims == {"a": 1}


@pytest.mark.parametrize("limit", [{"mutations": 0}, {"output": 50}])
def test_what_has_no_room_is_not_stored(run: Run, broker: Any, limit: dict[str, int]) -> None:
    outcome = run({"source": setting(TOKEN_SET), **limit}, context=NAMED)
    assert outcome.error["kind"] == "output_limit"
    assert broker.requests == []


@pytest.mark.parametrize("writer", WRITERS)
@pytest.mark.parametrize("arguments", ["'k', 'x'.repeat(2 ** 20)", "'k'.repeat(2 ** 20), 1"])
def test_what_is_far_too_long_is_not_sent(
    run: Run, broker: Any, writer: str, arguments: str
) -> None:
    step = {"source": setting(writer, arguments), "output": 1 << 23}
    outcome = run(step, context=NAMED)
    assert outcome.error["kind"] == "metadata_failed"
    assert outcome.error["message"].startswith("the request is longer than 1048576 characters: ")
    assert (outcome.ops, broker.requests) == ([], [])


@pytest.mark.parametrize("value", ["'\"'.repeat(124_000)", "'ä'.repeat(249_999)"])
def test_value_as_long_as_the_store_takes_is_sent(run: Run, broker: Any, value: str) -> None:
    step = {"source": setting(TOKEN_SET, f"'k', {value}"), "output": 1 << 23}
    outcome = run(step, context=NAMED)
    assert outcome.error is None
    assert broker.requests[0]["value"] == outcome.stored["k"]
    assert isinstance(json.loads(outcome.stored["k"]), str)


@pytest.mark.parametrize("arguments", ["", "'k'", "'k', 1, 2", "1, 1", "'k', NaN", "'k', () => 1"])
@pytest.mark.parametrize("writer", WRITERS)
def test_what_cannot_be_written_is_not_stored(
    run: Run, broker: Any, writer: str, arguments: str
) -> None:
    outcome = run(setting(writer, arguments), context=NAMED)
    assert outcome.error["kind"] == "invalid_value"
    assert broker.requests == []


def test_refused_reading_can_be_caught_and_is_no_mutation(run: Run, broker: Any) -> None:
    broker.answers["get_metadata"] = {"failure": {"kind": "metadata_failed", "message": "locked"}}
    outcome = run(f"function f(ctx) {{ {TOKEN_GET} }}", context=NAMED)
    assert (outcome.error["kind"], outcome.error["message"]) == (
        "metadata_failed",
        "locked at f (1:31)",
    )
    tried = f"(() => {{ try {{ {TOKEN_GET} }} catch (e) {{ return e.message }} }})()"
    assert run(claiming(tried), context=NAMED).claims == {"seen": "locked"}


def test_user_that_is_none_is_a_bad_request(run: Run) -> None:
    outcome = run(f"function f(ctx) {{ {TOKEN_GET} }}", context={"user": {"id": 17}})
    assert outcome.error["kind"] == "bad_request"
    assert outcome.error["message"] == "user.id: a string expected, got number 17"
