from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

Run = Callable[..., Any]


def logging(*arguments: str) -> str:
    calls = "".join(f"require('zitadel/log').log({argument});" for argument in arguments)
    return f"function f() {{ {calls} }}"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("'text'", "text"),
        ("", ""),
        ("undefined", ""),
        ("null", "null"),
        ("{}", "[object Object]"),
        ("[1, [2, 3]]", "1,2,3"),
        ("'a', 1, true, null, undefined", "a 1 true null undefined"),
        ("'%s!', 'x'", "x!"),
        ("'%s and %s', 'x'", "x and %s"),
        ("'%s', 'x', 'y'", "x y"),
        ("'%s', {}", "[object Object]"),
        ("'%d', '12'", "12"),
        ("'%d', 'x'", "NaN"),
        ("'%d', 1.5", "1.5"),
        ("'%j', {a: [1, '<']}", '{"a":[1,"<"]}'),
        ("'%j', undefined", "undefined"),
        ("'100%%'", "100%%"),
        ("'100%% %s', 'x'", "100% x"),
        ("'100%', 'x'", "100 x"),
        ("'100%'", "100"),
        ("'%x', 1", "%x 1"),
        ("'%'", ""),
        ("'%😀', 1", "%😀 1"),
        ("'%s', Symbol('q')", "Symbol(q)"),
        ("'%s', '%s', 'x'", "%s x"),
    ],
)
def test_log_formats_as_the_console_does(run: Run, arguments: str, message: str) -> None:
    assert run(logging(arguments)).logs == [("info", message)]


@pytest.mark.parametrize(
    ("method", "level"),
    [("log", "info"), ("info", "info"), ("debug", "info"), ("warn", "warning"), ("error", "error")],
)
def test_method_sets_the_level(run: Run, method: str, level: str) -> None:
    outcome = run(f"let {{ {method}: say }} = require('zitadel/log'); function f() {{ say('x') }}")
    assert outcome.logs == [(level, "x")]


def test_logs_are_in_order_and_name_their_action(run: Run) -> None:
    outcome = run(
        {"name": "g", "source": "const g = () => require('zitadel/log').log(1)"}, logging("2", "3")
    )
    lines = [(line["action"], line["message"]) for line in outcome.report["logs"]]
    assert lines == [("g", "1"), ("f", "2"), ("f", "3")]


def test_log_of_a_failed_action_is_kept(run: Run) -> None:
    assert run("require('zitadel/log').log('top'); throw 1").logs == [("info", "top")]


def test_log_over_the_output_limit_fails_the_action(run: Run) -> None:
    floods = "function f() { for (;;) require('zitadel/log').log('x') }"
    outcome = run({"source": floods, "output": 1000})
    assert outcome.error["kind"] == "output_limit"
    assert outcome.error["message"].startswith(
        "the action made more than 1000 characters of mutations and logs"
    )


def test_module_is_cached_within_an_action(value: Run) -> None:
    assert value("require('zitadel/log') === require('zitadel/log')") is True


def test_module_is_new_in_the_next_action(run: Run) -> None:
    outcome = run(
        "const f = () => { require('zitadel/log').mark = 1; require('zitadel/log').log = null }",
        "const { log, mark } = require('zitadel/log');"
        "const f = (c, api) => api.v1.claims.setClaim('log', [mark, typeof log])",
    )
    assert outcome.claims == {"log": [None, "function"]}


@pytest.mark.parametrize(
    "name", ["./x", "../x", "/etc/passwd", "x.js", "x.json", "a/b.cjs", ".", "..", "x.mjs"]
)
def test_file_module_is_disabled(run: Run, name: str) -> None:
    outcome = run(f"function f() {{ require('{name}') }}")
    assert outcome.error["kind"] == "module_not_found"
    assert outcome.error["message"] == "file-based modules are disabled at f (1:16)"


@pytest.mark.parametrize("name", ["fs", "", "constructor", "__proto__", "toString", "zitadel/LOG"])
def test_unknown_module_is_not_found(run: Run, name: str) -> None:
    outcome = run(f"require('{name}')")
    assert outcome.error["kind"] == "module_not_found"
    assert outcome.error["message"].startswith(f'module "{name}" not found; there is: zitadel/log')


def test_require_without_a_name_is_not_found(run: Run) -> None:
    assert run("require()").error["kind"] == "module_not_found"


def test_missing_module_can_be_caught(run: Run) -> None:
    outcome = run("""function f(ctx, api) {
        try { require('./x') }
        catch (error) { api.v1.claims.setClaim('e', [error instanceof Error, error.message]) }
    }""")
    assert outcome.claims == {"e": [True, "file-based modules are disabled"]}


def test_require_can_be_replaced_for_one_run(run: Run) -> None:
    mine = "require = () => 'mine'; const f = (c, api) => api.v1.claims.setClaim('a', require('x'))"
    theirs = "const f = (c, api) => api.v1.claims.setClaim('b', typeof require('zitadel/log').log)"
    assert run(mine, theirs).claims == {"a": "mine", "b": "function"}
    assert run(theirs).claims == {"b": "function"}
