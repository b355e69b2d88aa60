from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from actionsd_sandbox.thrown import MAX_TEXT, Thrown, read_account

Run = Callable[..., Any]

KEY = "action:00ff"

ACCOUNTS = [
    (f"{KEY}:5: text\n  throw 'text'\n  ^\n", Thrown("text", None, 3, 3)),
    (f"{KEY}:3: \nthrow ''\n^\n", Thrown("", None, 1, 1)),
    (
        f"{KEY}:4: Error: m\n  g()\n  ^\n\nError: m\n    at g ({KEY}:4:9)\n    at f ({KEY}:9:1)\n",
        Thrown("Error: m", "g", 2, 9),
    ),
    (
        f"{KEY}:4: Error: m\nx\n^\n\nError: m\n    at Array.map (<anonymous>)\n    at {KEY}:4:9\n",
        Thrown("Error: m", None, 2, 9),
    ),
    (
        f"{KEY}:4: Error: m\nx\n^\n\nError: m\n    at eval ({KEY}:4:9)\n",
        Thrown("Error: m", None, 2, 9),
    ),
    (
        f"{KEY}:4: Error: m\nx\n^\n\nError: m\n    at async f ({KEY}:4:9)\n",
        Thrown("Error: m", "f", 2, 9),
    ),
    (
        f"{KEY}:4: Error: m\nx\n^\n\nError: m\n    at new A ({KEY}:4:9)\n",
        Thrown("Error: m", "A", 2, 9),
    ),
    (f"{KEY}:4: a\nb\nc\nx\n^\n", Thrown("a\nb\nc", None, 2, 1)),
    ("actionsd/serve.js:9: Error: m\nx\n^\n", Thrown("Error: m")),
    (f"{KEY}:4: a very long text, cut", Thrown("a very long text, cut")),
    (f"{KEY}:4: cut\n    at g ({KEY}:4:9)\n", Thrown("cut", "g", 2, 9)),
    ("no account at all", Thrown("no account at all")),
    ("", Thrown("")),
]


@pytest.mark.parametrize(("account", "expected"), ACCOUNTS)
def test_account_is_read(account: str, expected: Thrown) -> None:
    assert read_account(account) == expected


@pytest.mark.parametrize(
    "account",
    ["x" * 10_000, f"{KEY}:3: {'x' * 10_000}\nthrow\n^\n", f"{KEY}:3: {'x' * 10_000}"],
)
def test_long_text_is_cut(account: str) -> None:
    assert read_account(account).text == "x" * MAX_TEXT


PLACES = [
    ("throw 'top'", "top at 1:1", (1, 1)),
    ("\n\n  throw 'top'", "top at 3:3", (3, 3)),
    ("throw new Error('top')", "Error: top at 1:7", (1, 7)),
    ("function f() {\n  throw 'text'\n}", "text at f (2:3)", (2, 3)),
    ("function f() {\n  throw new Error('m')\n}", "Error: m at f (2:9)", (2, 9)),
    (
        "function g() { throw new Error('m') }\nfunction f() { g() }",
        "Error: m at g (1:22)",
        (1, 22),
    ),
    ("function f() { const e = new Error('m');\n throw e }", "Error: m at f (1:26)", (1, 26)),
    ("function f() { [1].map(() => {\n throw new Error('m') }) }", "Error: m at f (2:8)", (2, 8)),
    ("function f() { [1].map(() => {\n throw 'm' }) }", "m at f (2:2)", (2, 2)),
    (
        "function f() { [1].map(function g() { throw new Error('m') }) }",
        "Error: m at g (1:45)",
        (1, 45),
    ),
    (
        "class E extends Error {}\nfunction f() { throw new E('m') }",
        "Error: m at f (2:22)",
        (2, 22),
    ),
    (
        (
            "class E extends Error { constructor(m) {\n super(m); this.name = 'E' } }\n"
            "function f() { throw new E('m') }"
        ),
        # goja says (2:2), the place of `super()`: docs/compatibility.md
        "E: m at f (3:22)",
        (3, 22),
    ),
    ("function f() { throw null }", "null at f (1:16)", (1, 16)),
    ("function f() { throw undefined }", "undefined at f (1:16)", (1, 16)),
    ("function f() { throw 42 }", "42 at f (1:16)", (1, 16)),
    ("function f() { throw {a: 1} }", "[object Object] at f (1:16)", (1, 16)),
    ("function f() { throw {toString: () => 'mine'} }", "mine at f (1:16)", (1, 16)),
    ("function f() { throw new Error('a\\nb\\n\\nc') }", "Error: a\nb\n\nc at f (1:22)", (1, 22)),
    ("function f() { throw 'a\\nb' }", "a\nb at f (1:16)", (1, 16)),
    ("function f() { throw 'ä😀' }", "ä😀 at f (1:16)", (1, 16)),
    ("function f() { throw '' }", " at f (1:16)", (1, 16)),
    # The account is a C string: what follows a NUL is lost, the stack with it.
    ("function f() { throw new Error('a\\0b') }", "Error: a at f (1:16)", (1, 16)),
    (
        "\nfunction f() { null.x }",
        "TypeError: Cannot read properties of null (reading 'x') at f (2:21)",
        (2, 21),
    ),
    ("function f() { missing }", "ReferenceError: missing is not defined at f (1:16)", (1, 16)),
    ("function f() { JSON.parse('{') }", "SyntaxError: Expected property name", (1, 21)),
    ("async function f() {\n throw new Error('m') }", "Error: m at f (2:8)", (2, 8)),
    (
        "async function f() { await null;\n throw new TypeError('m') }",
        "TypeError: m at f (2:8)",
        (2, 8),
    ),
    ("function f() { eval(\"throw new Error('m')\") }", "Error: m at f (1:16)", (1, 16)),
    ("//# sourceURL=mine\nfunction f() { throw 'm' }", "m at f (2:16)", (2, 16)),
]


@pytest.mark.parametrize(("script", "message", "place"), PLACES)
def test_error_has_its_place(run: Run, script: str, message: str, place: tuple[int, int]) -> None:
    error = run(script).error
    assert error["kind"] == "script_threw"
    assert error["message"].startswith(message)
    assert (error["line"], error["column"]) == place


@pytest.mark.parametrize("script", ["Promise.reject('m')", "(async () => { throw 'm' })()"])
def test_rejection_that_is_no_error_has_no_place(run: Run, script: str) -> None:
    error = run(f"const f = () => {script}").error
    assert error == {"kind": "script_threw", "message": "m"}


@pytest.mark.parametrize("thrown", ["Symbol('q')", "Object.create(null)"])
def test_thrown_value_without_text_still_has_a_place(run: Run, thrown: str) -> None:
    error = run(f"function f() {{ throw {thrown} }}").error
    assert (error["kind"], error["line"], error["column"]) == ("script_threw", 1, 16)


@pytest.mark.parametrize(
    ("script", "place"),
    [("let a = ;", (1, 9)), ("\n\n  let a = ;", (3, 11)), ("let a;\nlet a", (2, 5))],
)
def test_syntax_error_has_its_place(run: Run, script: str, place: tuple[int, int]) -> None:
    error = run(script).error
    assert error["kind"] == "syntax_error"
    assert error["message"].startswith("SyntaxError: ")
    assert error["message"].endswith(f" at {place[0]}:{place[1]}")
    assert (error["line"], error["column"]) == place


def test_forged_stack_changes_only_the_place(run: Run) -> None:
    forged = "m\\n    at evil (action:00:9:9)"
    error = run(f"function f() {{ throw new Error('{forged}') }}").error
    assert error["kind"] == "script_threw"
    assert error["message"].startswith("Error: m")


def test_forged_text_does_not_change_the_kind(run: Run) -> None:
    error = run("function f() { throw new Error('file-based modules are disabled') }").error
    assert error["kind"] == "script_threw"


def test_long_error_is_cut(run: Run) -> None:
    error = run("function f() { throw 'x'.repeat(1e5) }").error
    assert len(error["message"]) == MAX_TEXT


def test_middle_of_a_very_long_error_is_not_read(run: Run) -> None:
    error = run("function f() { throw new Error('x'.repeat(2e7)) }").error
    assert error["message"].startswith("Error: xxx")
    assert (error["line"], error["column"]) == (1, 22)


def test_text_thrown_from_a_very_long_line_has_its_place(run: Run) -> None:
    error = run(f"function f() {{ '{'x' * 400_000}'; throw 'm' }}").error
    assert error["message"] == "m at f (1:400020)"


@pytest.mark.parametrize("script", ["function f( {}", "function f() {", "let a ="])
def test_syntax_error_of_an_unfinished_script_is_within_it(run: Run, script: str) -> None:
    assert run(script).error["line"] == 1
