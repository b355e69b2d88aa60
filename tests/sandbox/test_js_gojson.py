from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

Run = Callable[..., Any]

VALUES = [
    ("'text'", '"text"'),
    ("''", '""'),
    ("1", "1"),
    ("-1.5", "-1.5"),
    ("-0", "-0"),
    ("[-0]", "[-0]"),
    ("1e21", "1e+21"),
    ("1e20", "100000000000000000000"),
    ("1e-7", "1e-7"),
    ("0.000001", "0.000001"),
    ("2 ** 53", "9007199254740992"),
    ("123456789012345678901234567890n", "123456789012345678901234567890"),
    ("-5n", "-5"),
    ("true", "true"),
    ("null", "null"),
    ("undefined", "null"),
    ("{a: undefined}", '{"a":null}'),
    ("[undefined, 1]", "[null,1]"),
    ("[1, , 3]", "[1,null,3]"),
    ("new Array(2)", "[null,null]"),
    ("[]", "[]"),
    ("{}", "{}"),
    ("Object.create(null)", "{}"),
    ("Symbol('x')", '"x"'),
    ("Symbol()", '""'),
    ("{[Symbol('x')]: 1, a: 2}", '{"a":2}'),
    ("Object(1)", "1"),
    ("Object(false)", "false"),
    ("Object(true)", "true"),
    ("new String('x')", "{}"),
    ("new Date(0)", '"1970-01-01T00:00:00Z"'),
    ("new Date(1500)", '"1970-01-01T00:00:01.5Z"'),
    ("new Date(-1)", '"1969-12-31T23:59:59.999Z"'),
    ("new Map([['a', 1], ['b', [2]]])", '[["a",1],["b",[2]]]'),
    ("new Map()", "[]"),
    ("new Set(['b', 'a'])", '["b","a"]'),
    ("new Uint8Array([1, 2, 255])", '"AQL/"'),
    ("new Uint8Array(0)", "null"),
    ("new Uint8Array([1, 2, 3]).subarray(1)", '"AgM="'),
    ("new ArrayBuffer(4)", "{}"),
    ("new Uint16Array([1, 500])", "[1,500]"),
    ("/re/g", "{}"),
    ("new Error('x')", "{}"),
    ("Promise.resolve(1)", "{}"),
    ("Object.assign([1], {extra: 2})", "[1]"),
    ("new (class { a = 1; #b = 2; get c() { return 3 } })()", '{"a":1}'),
    ("{get a() { return 1 }}", '{"a":1}'),
    ("Object.create({inherited: 1})", "{}"),
    ("Object.defineProperty({}, 'hidden', {value: 1})", "{}"),
    ("(function () { return arguments })(1, 'a')", '{"0":1,"1":"a"}'),
    ("{a: {b: {c: [{d: 1}]}}}", '{"a":{"b":{"c":[{"d":1}]}}}'),
]

STRINGS = [
    ("'<>&'", r'"\u003c\u003e\u0026"'),
    (r"'\u2028\u2029'", r'"\u2028\u2029"'),
    (r"'\"\\/'", r'"\"\\/"'),
    (r"'\n\t\r'", r'"\n\t\r"'),
    (r"'\x01\x1f'", r'"\u0001\u001f"'),
    (r"'\x7f\x80'", '"\x7f\x80"'),
    (r"'\ud800'", '"\ufffd"'),
    (r"'a\udc00b'", '"a\ufffdb"'),
    (r"'\u{1f600}'", '"\U0001f600"'),
    ("'äß'", '"äß"'),
]

KEYS = [
    ("{b: 1, a: 2, C: 3}", '{"C":3,"a":2,"b":1}'),
    ("{b: {d: 1, c: 2}, a: [{z: 1, y: 2}]}", '{"a":[{"y":2,"z":1}],"b":{"c":2,"d":1}}'),
    ("{10: 1, 9: 2, x: 3}", '{"10":1,"9":2,"x":3}'),
    ("{'': 1, a: 2}", '{"":1,"a":2}'),
    ("{ab: 1, a: 2}", '{"a":2,"ab":1}'),
    ("{'<': 1}", r'{"\u003c":1}'),
    ("{['__proto__']: 1}", '{"__proto__":1}'),
    (r"{'\u{1f600}': 1, '\uffee': 2}", '{"\uffee":2,"\U0001f600":1}'),
    (r"{'a\u{1f600}': 1, 'a\uffee': 2, 'a<': 3}", '{"a\\u003c":3,"a\uffee":2,"a\U0001f600":1}'),
    (r"{'\ud800': 1}", '{"\ufffd":1}'),
]

REFUSED = [
    ("NaN", "json: unsupported value: NaN"),
    ("Infinity", "json: unsupported value: +Inf"),
    ("-Infinity", "json: unsupported value: -Inf"),
    ("[Object(NaN)]", "json: unsupported value: NaN"),
    ("() => 1", "json: unsupported type: func(goja.FunctionCall) goja.Value"),
    ("{a: [class {}]}", "json: unsupported type: func(goja.FunctionCall) goja.Value"),
    ("{toJSON() { return 1 }}", "json: unsupported type: func(goja.FunctionCall) goja.Value"),
    (
        "(() => { const o = {}; o.o = o; return o })()",
        "json: the value is circular or nested too deeply",
    ),
    (
        "(() => { const a = []; a.push([a]); return a })()",
        "json: the value is circular or nested too deeply",
    ),
]


@pytest.fixture
def stored(run: Run) -> Callable[[str], str]:
    def store(expression: str) -> str:
        script = f"const f = (ctx, api) => api.v1.user.setMetadata('key', {expression})"
        outcome = run(script)
        assert outcome.error is None, outcome.error
        text: str = outcome.stored["key"]
        return text

    return store


@pytest.mark.parametrize(("expression", "expected"), VALUES)
def test_value_is_stored_as_go_writes_it(
    stored: Callable[[str], str], expression: str, expected: str
) -> None:
    assert stored(expression) == expected


@pytest.mark.parametrize(("expression", "expected"), STRINGS)
def test_string_is_escaped_as_go_does(
    stored: Callable[[str], str], expression: str, expected: str
) -> None:
    assert stored(expression) == expected


@pytest.mark.parametrize(("expression", "expected"), KEYS)
def test_keys_are_sorted_by_code_point(
    stored: Callable[[str], str], expression: str, expected: str
) -> None:
    assert stored(expression) == expected


@pytest.mark.parametrize(("expression", "expected"), VALUES)
def test_claim_has_the_text_that_metadata_has(run: Run, expression: str, expected: str) -> None:
    outcome = run(f"const f = (ctx, api) => api.v1.claims.setClaim('key', {expression})")
    assert f'"key":"key","value":{expected}}}' in outcome.text


@pytest.mark.parametrize(("expression", "message"), REFUSED)
def test_value_without_json_is_refused(run: Run, expression: str, message: str) -> None:
    outcome = run(f"function f(ctx, api) {{ api.v1.claims.setClaim('key', {expression}) }}")
    assert outcome.error["kind"] == "invalid_value"
    assert outcome.error["message"].startswith(message)


def test_inherited_to_json_is_not_called(stored: Callable[[str], str]) -> None:
    assert stored("new (class { a = 1; toJSON() { return 'called' } })()") == '{"a":1}'


def test_refused_value_can_be_caught(run: Run) -> None:
    outcome = run("""function f(ctx, api) {
        try { api.v1.claims.setClaim('a', NaN) }
        catch (error) { api.v1.claims.setClaim('a', error.message) }
    }""")
    assert outcome.claims == {"a": "json: unsupported value: NaN"}


@pytest.mark.parametrize("name", ["Map", "Date", "Uint8Array", "Number"])
def test_tag_does_not_change_what_an_object_is(stored: Callable[[str], str], name: str) -> None:
    assert stored(f"{{[Symbol.toStringTag]: '{name}', a: 1}}") == '{"a":1}'


def test_value_nested_below_the_limit_is_written(stored: Callable[[str], str]) -> None:
    deep = "(() => { let v = 1; for (let i = 0; i < 500; i++) v = [v]; return v })()"
    assert stored(deep) == "[" * 500 + "1" + "]" * 500


def test_time_is_written_as_rfc3339(run: Run) -> None:
    outcome = run(
        "const f = (ctx, api) => api.v1.user.setMetadata('at', [ctx.v1.getUser().creationDate])",
        context={"user": {"creationDate": "2024-02-29T10:00:00.120+02:00"}},
    )
    assert outcome.stored == {"at": '["2024-02-29T10:00:00.12+02:00"]'}


def test_host_object_is_written_with_the_names_and_the_order_of_go(run: Run) -> None:
    script = "const f = (ctx, api) => api.v1.user.setMetadata('k', ctx.v1.getUser().human)"
    stored = run(script, context={"user": {"human": {"firstName": "Ada"}}}).stored["k"]
    assert stored.startswith('{"FirstName":"Ada","LastName":"","NickName":""')


GIANTS = [
    "'x'.repeat(5e8)",
    "new Array(2 ** 32 - 1)",
    "[{a: ['x'.repeat(5e8)]}]",
    "{['x'.repeat(2e6)]: 1}",
    "new Float64Array(2e6)",
    "new Uint8Array(2e6)",
    "new Proxy([], {get: (_, key) => (key === 'length' ? Infinity : 1)})",
    "(() => { let v = 1; for (let i = 0; i < 60; i++) v = [v, v]; return v })()",
]


@pytest.mark.parametrize("expression", GIANTS)
def test_value_over_the_output_limit_is_not_written_at_all(run: Run, expression: str) -> None:
    outcome = run(
        f"function f(c, api) {{ try {{ api.v1.claims.setClaim('a', {expression}) }} catch {{}} }}"
    )
    assert outcome.error["kind"] == "output_limit"
    assert outcome.claims == {}


def test_claims_over_the_output_limit_are_written_for_the_script(value: Run) -> None:
    assert value("ctx.claimsJSON().length", {"claims": {"a": "x" * 2_000_000}}) == 2_000_008
