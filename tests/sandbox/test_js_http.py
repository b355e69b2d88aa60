from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

Run = Callable[..., Any]
Value = Callable[..., Any]

URL = "https://api.example/users"
DEFAULTS = [["Content-Type", "application/json"], ["Accept", "application/json"]]


def fetching(arguments: str, then: str = "") -> str:
    return f"""function f(ctx, api) {{
        const reply = require('zitadel/http').fetch({arguments});
        {then}
    }}"""


def answer(body: str = "", status: int = 200, headers: Any = ()) -> dict[str, Any]:
    return {"document": {"status": status, "headers": list(headers), "body": body}}


def test_fetch_asks_the_broker_with_go_defaults(run: Run, broker: Any) -> None:
    outcome = run(fetching(f"'{URL}'"))
    assert outcome.actions == ["succeeded"]
    [request] = broker.requests
    assert 0 < request.pop("seconds") <= 10
    assert request == {
        "type": "fetch",
        "step": 0,
        "method": "GET",
        "url": URL,
        "headers": DEFAULTS,
        "body": None,
    }


@pytest.mark.parametrize(
    ("options", "field", "sent"),
    [
        ("{}", "method", "GET"),
        ("{method: 'POST'}", "method", "POST"),
        ("{method: 'patch'}", "method", "patch"),
        ("{method: undefined}", "method", "undefined"),
        ("{method: null}", "method", "null"),
        ("{method: {toString: () => 'PUT'}}", "method", "PUT"),
        ("{body: {b: 1, a: '<'}}", "body", '{"b":1,"a":"<"}'),
        ("{body: 'a=b'}", "body", '"a=b"'),
        ("{body: 1}", "body", "1"),
        ("{body: false}", "body", "false"),
        ("{body: [undefined]}", "body", "[null]"),
        ("{body: {toJSON: () => 'x'}}", "body", '"x"'),
        ("{body: new Date(0)}", "body", '"1970-01-01T00:00:00.000Z"'),
        ("{body: () => 1}", "body", "null"),
        ("{body: Symbol('x')}", "body", "{}"),
        ("{body: {a: '\\ud800'}}", "body", r'{"a":"\ud800"}'),
        ("{rawBody: 'a=b&c=ä😀'}", "body", "a=b&c=ä😀"),
        ("{rawBody: ''}", "body", ""),
        ("{rawBody: '\\ud800'}", "body", "\ufffd"),
        ("{method: 'DELETE', [Symbol('x')]: 1}", "method", "DELETE"),
        ("Object.create({nonsense: 1})", "method", "GET"),
        ("'' ", "method", "GET"),
        ("5", "method", "GET"),
    ],
)
def test_option_is_sent_as_go_would(
    run: Run, broker: Any, options: str, field: str, sent: str
) -> None:
    outcome = run(fetching(f"'{URL}', {options}"))
    assert outcome.error is None
    assert broker.requests[0][field] == sent


@pytest.mark.parametrize(
    ("headers", "lines"),
    [
        ("{}", []),
        ("{authorization: 'Bearer x'}", [["Authorization", "Bearer x"]]),
        ("{'x-REQUEST-id': '1'}", [["X-Request-Id", "1"]]),
        ("{'x_y-z.a': '1'}", [["X_y-Z.a", "1"]]),
        ("{'-a--b': '1'}", [["-A--B", "1"]]),
        ("{'no name': '1'}", [["no name", "1"]]),
        ("{'ä-b': '1'}", [["ä-b", "1"]]),
        ("{'': '1'}", [["", "1"]]),
        ("{'__proto__': 'no', ['__proto__']: 'yes'}", [["__proto__", "yes"]]),
        ("{accept: 'a, b ,,\\tc\\u00a0'}", [["Accept", v] for v in ("a", "b", "", "c")]),
        ("{date: 'Thu, 01 Jan'}", [["Date", "Thu"], ["Date", "01 Jan"]]),
        ("{accept: ''}", [["Accept", ""]]),
        ("{accept: [' a, b ', 'c']}", [["Accept", "a, b"], ["Accept", "c"]]),
        ("{accept: []}", []),
        ("{a: 1, b: null, c: undefined, d: {}, e: new String('x'), f: 'y'}", [["F", "y"]]),
        ("{a: '1', A: '2'}", [["A", "1"], ["A", "2"]]),
        ("{a: '\\ud800'}", [["A", "\ufffd"]]),
        ("Object.create({a: '1'})", []),
        ("1", []),
    ],
)
def test_headers_replace_the_defaults(
    run: Run, broker: Any, headers: str, lines: list[list[str]]
) -> None:
    outcome = run(fetching(f"'{URL}', {{headers: {headers}}}"))
    assert outcome.error is None
    assert broker.requests[0]["headers"] == lines


@pytest.mark.parametrize(
    ("arguments", "kind", "message"),
    [
        ("", "fetch_failed", "no url provided"),
        ("'u', {}, 1", "fetch_failed", "too many args"),
        ("1", "invalid_value", "url: a string is needed, not number"),
        ("undefined", "invalid_value", "url: a string is needed, not undefined"),
        ("null", "invalid_value", "url: a string is needed, not null"),
        ("new String('u')", "invalid_value", "url: a string is needed, not object"),
        ("'u', {mode: 'cors'}", "invalid_value", 'key is invalid: "mode"'),
        ("'u', 'text'", "invalid_value", 'key is invalid: "0"'),
        ("'u', undefined", "script_threw", "TypeError: Cannot convert undefined or null to object"),
        ("'u', null", "script_threw", "TypeError: Cannot convert undefined or null to object"),
        ("'u', {headers: null}", "script_threw", "TypeError: Cannot convert undefined or null"),
        ("'u', {body: null}", "script_threw", "TypeError: Cannot convert undefined or null"),
        ("'u', {body: undefined}", "script_threw", "TypeError: Cannot convert undefined or null"),
        ("'u', {body: 1n}", "script_threw", "TypeError: Do not know how to serialize a BigInt"),
        ("'u', {headers: {'x-a': ['b', 1]}}", "invalid_value", 'headers: a value of "X-A" is no'),
        ("'u', {rawBody: 1}", "invalid_value", "rawBody: a string is needed"),
        ("'u', {rawBody: undefined}", "invalid_value", "rawBody: a string is needed"),
        ("'u', {body: 1, rawBody: ''}", "invalid_value", "either body or rawBody, not both"),
        ("'u', {get body() { throw 'mine' }}", "script_threw", "mine"),
        ("'u'.repeat(2 ** 20)", "fetch_failed", "the request is longer than 1048576 characters"),
        ("'u'.repeat(2 ** 21)", "fetch_failed", "the request is longer than 1048576 characters"),
        ("'u', {rawBody: '\"'.repeat(6e5)}", "fetch_failed", "the request is longer than"),
        ("'u', {headers: {a: ','.repeat(1e7)}}", "fetch_failed", "the request is longer than"),
    ],
)
def test_fetch_that_cannot_be_asked_is_refused(
    run: Run, broker: Any, arguments: str, kind: str, message: str
) -> None:
    outcome = run(fetching(arguments))
    assert outcome.error["kind"] == kind
    assert outcome.error["message"].startswith(message)
    assert broker.requests == []


def test_refusal_can_be_caught(value: Value) -> None:
    assert value(
        "(() => { try { require('zitadel/http').fetch(1) }"
        " catch (error) { return [error instanceof Error, error.message] } })()"
    ) == [True, "url: a string is needed, not number"]


def test_response_is_that_of_go(run: Run, broker: Any) -> None:
    headers = [["content-type", "a/b"], ["SET-cookie", "1"], ["set-Cookie", "2"]]
    broker.answers["fetch"] = answer('{"a": [1]}', 418, headers)
    then = """
        const { status, statusCode, headers, body } = reply;
        api.v1.claims.setClaim('fields', [status, statusCode, headers, body]);
        const parsed = [reply.json(), reply.json()];
        api.v1.claims.setClaim('calls', [...parsed, reply.text(), parsed[0] === parsed[1]]);
        api.v1.claims.setClaim('keys', Object.keys(reply));
        api.v1.claims.setClaim('whole', reply);"""
    outcome = run(fetching(f"'{URL}'", then))
    named = {"Content-Type": ["a/b"], "Set-Cookie": ["1", "2"]}
    body = '{"a": [1]}'
    assert outcome.error is None
    assert outcome.claims == {
        "fields": [418, 418, named, body],
        "calls": [{"a": [1]}, {"a": [1]}, body, False],
        "keys": ["body", "status", "statusCode", "headers"],
        "whole": {"Body": body, "Status": 418, "StatusCode": 418, "Headers": named},
    }


def test_json_that_is_none_is_a_syntax_error_to_catch(run: Run, broker: Any) -> None:
    broker.answers["fetch"] = answer("<html>")
    caught = "try { reply.json() } catch (e) { api.v1.claims.setClaim('e', e.name) }"
    outcome = run(fetching(f"'{URL}'", caught))
    assert outcome.claims == {"e": "SyntaxError"}
    uncaught = run(fetching(f"'{URL}'", "reply.json()"))
    assert uncaught.error["kind"] == "script_threw"
    assert uncaught.error["message"].startswith("SyntaxError: ")


def test_header_with_the_name_of_the_prototype_is_harmless(run: Run, broker: Any) -> None:
    broker.answers["fetch"] = answer(headers=[["__proto__", "a"], ["constructor", "b"]])
    then = """const { headers } = reply;
        const plain = Object.getPrototypeOf(headers) === Object.prototype;
        api.v1.claims.setClaim('h', [plain, Object.entries(headers)]);"""
    outcome = run(fetching(f"'{URL}'", then))
    assert outcome.claims == {"h": [True, [["__proto__", ["a"]], ["Constructor", ["b"]]]]}


@pytest.mark.parametrize("kind", ["fetch_denied", "fetch_failed", "internal"])
def test_failure_keeps_its_kind_if_nobody_catches_it(run: Run, broker: Any, kind: str) -> None:
    broker.answers["fetch"] = {"failure": {"kind": kind, "message": "no rule allows it"}}
    outcome = run(fetching(f"'{URL}'"))
    assert outcome.actions == ["failed"]
    assert outcome.error["kind"] == kind
    assert outcome.error["message"] == "no rule allows it at f (2:47)"


@pytest.mark.parametrize("message", ["two\nlines\0\r", "x" * 5000, "ä😀"])
def test_failure_keeps_its_kind_whatever_its_message_is(
    run: Run, broker: Any, message: str
) -> None:
    broker.answers["fetch"] = {"failure": {"kind": "fetch_denied", "message": message}}
    for script in (fetching("'u'"), "async " + fetching("'u'")):
        outcome = run(script)
        assert outcome.error["kind"] == "fetch_denied"
        assert outcome.error["message"].startswith(message[:3])


def test_failure_can_be_caught(run: Run, broker: Any) -> None:
    broker.answers["fetch"] = {"failure": {"kind": "fetch_failed", "message": "too slow"}}
    script = """function f(ctx, api) {
        try { require('zitadel/http').fetch('u') }
        catch (error) { api.v1.claims.setClaim('e', [error instanceof Error, error.message]) }
    }"""
    outcome = run(script)
    assert outcome.actions == ["succeeded"]
    assert outcome.claims == {"e": [True, "too slow"]}


@pytest.mark.parametrize("character", ["x", "ä", "😀"])
@pytest.mark.parametrize("count", [131_071, 131_072, 131_073, 262_145, 400_001])
def test_bodies_of_many_chunks_arrive_whole(
    run: Run, broker: Any, character: str, count: int
) -> None:
    body = character * count
    broker.answers["fetch"] = answer(body)
    then = "api.v1.claims.setClaim('same', reply.body === BODY)"
    script = f"const BODY = '{character}'.repeat({count});"
    outcome = run(script + fetching("'u', {rawBody: BODY}", then))
    assert outcome.claims == {"same": True}
    assert broker.requests[0]["body"] == body


def test_async_action_may_await_what_fetch_returns(run: Run, broker: Any) -> None:
    broker.answers["fetch"] = answer("[7]")
    script = """async function f(ctx, api) {
        const { fetch } = require('zitadel/http');
        const one = await fetch('u');
        const all = await Promise.all([1, 2].map(async (n) => fetch(`${n}`)));
        api.v1.claims.setClaim('seen', [one.json(), ...all.map((each) => each.text())]);
    }"""
    assert run(script).claims == {"seen": [[7], "[7]", "[7]"]}
    assert [request["url"] for request in broker.requests] == ["u", "1", "2"]


def test_getters_of_the_options_may_fetch_themselves(run: Run, broker: Any) -> None:
    script = """function f() {
        const { fetch } = require('zitadel/http');
        fetch('outer', { get body() { fetch('inner'); return 'x'.repeat(3e5) } });
    }"""
    assert run(script).error is None
    assert [r["url"] for r in broker.requests] == ["inner", "outer"]
    assert broker.requests[1]["body"] == json.dumps("x" * 300_000)
