from __future__ import annotations

import resource
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., Any]

GOOD = "const f = (ctx, api) => api.v1.claims.setClaim('good', 1)"
BAD = "function f(ctx, api) { api.v1.claims.setClaim('bad', 1); throw 'no' }"
LOOP = "function f(ctx, api) { api.v1.claims.setClaim('before', 1); for (;;); }"


def tolerated(script: str, **more: Any) -> dict[str, Any]:
    return {"source": script, "tolerated": True, **more}


@pytest.mark.parametrize(
    ("steps", "outcomes", "claims"),
    [
        ([GOOD], ["succeeded"], {"good": 1}),
        ([BAD], ["failed"], {"bad": 1}),
        ([tolerated(BAD)], ["tolerated"], {"bad": 1}),
        ([GOOD, BAD], ["succeeded", "failed"], {"good": 1, "bad": 1}),
        ([BAD, GOOD], ["failed", "skipped"], {"bad": 1}),
        ([BAD, GOOD, GOOD], ["failed", "skipped", "skipped"], {"bad": 1}),
        ([tolerated(BAD), GOOD], ["tolerated", "succeeded"], {"bad": 1, "good": 1}),
        ([tolerated(BAD), tolerated(BAD), BAD], ["tolerated", "tolerated", "failed"], {"bad": 1}),
        ([tolerated("let ="), GOOD], ["tolerated", "succeeded"], {"good": 1}),
        ([tolerated("let g"), GOOD], ["tolerated", "succeeded"], {"good": 1}),
    ],
)
def test_failure_ends_the_chain_unless_tolerated(
    run: Run, steps: list[Any], outcomes: list[str], claims: dict[str, int]
) -> None:
    outcome = run(*steps)
    assert outcome.actions == outcomes
    assert outcome.claims == claims
    assert len(outcome.costs) == len([name for name in outcomes if name != "skipped"])


def test_mutation_names_its_action(run: Run) -> None:
    outcome = run(
        {"name": "first", "source": "const first = (c, a) => a.v1.claims.setClaim('a', 1)"},
        {
            "name": "zweite·ä",
            "source": "globalThis['zweite·ä'] = (c, a) => a.v1.claims.setClaim('b', 1)",
        },
    )
    assert [m["action"] for m in outcome.report["mutations"]] == ["first", "zweite·ä"]


@pytest.mark.parametrize(
    "script",
    [
        "function f() { done(this) }",
        "var f = function () { done(this) }",
        "const f = function () { done(this) }",
        "let f = function () { done(this) }",
        "f = function () { done(this) }",
        "globalThis.f = function () { done(this) }",
        "this.f = function () { done(this) }",
        "if (true) { function f() { done(this) } }",
    ],
)
def test_action_is_found_however_it_is_defined(run: Run, script: str) -> None:
    done = "function done(self) { if (self !== globalThis) throw 'this' }\n"
    assert run(done + script).actions == ["succeeded"]


def test_arguments_are_ctx_and_api(run: Run) -> None:
    outcome = run(
        "function f(...all) { all[1].v1.claims.setClaim('n', [all.length, arguments.length]) }"
    )
    assert outcome.claims == {"n": [2, 2]}


def test_strict_action_has_no_this(run: Run) -> None:
    assert run("'use strict'; function f() { if (this !== undefined) throw 1 }").error is None


@pytest.mark.parametrize(
    ("script", "message"),
    [
        ("function g() {}\nconst h = 1", "function not found: f; the script defines g, h"),
        ("", "function not found: f; the script defines no function"),
        ("let f = null", "function not found: f; the script defines f"),
        ("let f = 3", "f is not a function"),
        ("const f = {}", "f is not a function"),
    ],
)
def test_missing_function_is_told(run: Run, script: str, message: str) -> None:
    assert run(script).error == {"kind": "missing_function", "message": message}


@pytest.mark.parametrize("name", ["a b", "1a", "class", "null", "this", "a-b", "a;b", "'"])
def test_name_that_is_no_identifier_is_not_found(run: Run, name: str) -> None:
    outcome = run({"name": name, "source": "function f() {}"})
    assert outcome.error["kind"] == "missing_function"


@pytest.mark.parametrize(
    "returned", ["1", "true", "{}", "'x'", "new Error('x')", "null", "{then() {}}"]
)
def test_returned_value_is_ignored(run: Run, returned: str) -> None:
    assert run(f"function f() {{ return {returned} }}").actions == ["succeeded"]


def test_class_of_that_name_throws_when_called(run: Run) -> None:
    error = run("class f {}").error
    assert error["kind"] == "script_threw"
    assert error["message"].startswith("TypeError: Class constructor f cannot be invoked")


@pytest.mark.parametrize(
    "body",
    [
        "await null; set(1)",
        "await Promise.resolve().then(() => {}); set(1)",
        "for (let i = 0; i < 100; i++) await i; set(1)",
        "for await (const x of (async function* () { yield 1 })()) set(x)",
        "try { await Promise.reject(1) } catch (reason) { set(reason) }",
        "return new Promise((resolve) => resolve(set(1)))",
        "await { then(resolve) { resolve(set(1)) } }",
    ],
)
def test_async_action_is_awaited(run: Run, body: str) -> None:
    outcome = run(
        f"async function f(c, a) {{ const set = (v) => a.v1.claims.setClaim('v', v); {body} }}"
    )
    assert outcome.actions == ["succeeded"]
    assert outcome.claims == {"v": 1}


def test_microtask_of_an_ordinary_action_runs(run: Run) -> None:
    late = "function f(c, a) { Promise.resolve().then(() => a.v1.claims.setClaim('late', 1)) }"
    assert run(late).claims == {"late": 1}
    assert run(late, GOOD).claims == {"late": 1, "good": 1}


LOGIN = "internal-authentication/post-authentication"
PUSH = "Promise.resolve().then(() => a.metadata.push({key: 'k', value: 1}))"


def test_entry_that_a_microtask_pushed_is_taken(run: Run) -> None:
    outcome = run(f"function f(c, a) {{ {PUSH} }}", trigger=LOGIN)
    assert outcome.ops == [("appendMetadata", "k", "MQ==")]


def test_entry_that_a_microtask_pushed_is_known_to_the_next_action(run: Run) -> None:
    count = "const f = (c, a) => a.v1.user.appendMetadata('count', a.metadata.length)"
    outcome = run(f"function f(c, a) {{ {PUSH} }}", count, trigger=LOGIN)
    assert outcome.ops == [("appendMetadata", "k", "MQ=="), ("appendMetadata", "count", "MQ==")]


def test_endless_getter_of_a_late_entry_fails_with_timeout(run: Run) -> None:
    entry = "{ key: 'k', get value() { for (;;); } }"
    late = f"""function f(c, a) {{
        a.v1.user.appendMetadata('before', 1);
        Promise.resolve().then(() => {{ a.metadata.push({entry}); }});
    }}"""
    outcome = run({"source": late, "seconds": 0.2}, trigger=LOGIN)
    assert outcome.error["kind"] == "timeout"
    assert outcome.ops == [("appendMetadata", "before", "MQ==")]


def test_endless_getter_that_is_read_while_the_report_waits_fails_with_timeout(run: Run) -> None:
    # Each write makes the host look again, the last time after the report was written.
    late = """function f(c, a) {
        const entry = { key: 'k', get value() { for (;;); } };
        let steps = 3;
        const later = () => Promise.resolve().then(() => {
            a.v1.user.appendMetadata('before', steps);
            if (--steps > 0) later(); else a.metadata.push(entry);
        });
        a.metadata.push({ get key() { later(); return 'first'; }, value: 1 });
    }"""
    outcome = run({"source": late, "seconds": 0.2}, trigger=LOGIN)
    assert outcome.error["kind"] == "timeout"


def test_unhandled_rejection_is_ignored(run: Run) -> None:
    assert run("function f() { Promise.reject(1) }").actions == ["succeeded"]


def test_promise_that_never_settles_is_a_timeout(run: Run) -> None:
    outcome = run("const f = () => new Promise(() => {})")
    assert outcome.error["kind"] == "timeout"
    assert outcome.error["message"].endswith("never settles")


@pytest.mark.parametrize(
    ("loop", "where"),
    [
        ("for (;;);", "function"),
        ("/^(a+)+$/.exec('a'.repeat(50) + 'b')", "function"),
        ("let p = () => Promise.resolve().then(p); p()", "function"),
        ("return (async () => { for (;;) await null })()", "function"),
        ("for (;;) try { for (;;); } catch {}", "function"),
        ("for (;;) try { for (;;); } finally { continue }", "function"),
        ("for (;;);", "top level"),
        ("/^(a+)+$/.exec('a'.repeat(50) + 'b');", "top level"),
    ],
)
def test_endless_work_fails_with_timeout(run: Run, loop: str, where: str) -> None:
    script = (
        f"function f(c, a) {{ {loop} }}" if where == "function" else f"{loop} function f() {{}}"
    )
    outcome = run({"source": script, "seconds": 0.05})
    assert outcome.actions == ["failed"]
    assert outcome.error["kind"] == "timeout"


def test_mutations_before_the_timeout_are_kept(run: Run) -> None:
    outcome = run(GOOD, {"source": LOOP, "seconds": 0.05}, GOOD)
    assert outcome.completion.ending.name == "TERMINATED"
    assert outcome.claims == {"good": 1, "before": 1}
    assert outcome.actions == ["succeeded", "failed"]


def test_microtask_flood_keeps_what_was_done_before(run: Run) -> None:
    flood = """function f(c, a) {
        a.v1.claims.setClaim('before', 1);
        const more = () => Promise.resolve().then(more); more();
    }"""
    outcome = run({"source": flood, "seconds": 0.05})
    assert outcome.claims == {"before": 1}
    assert outcome.error["kind"] == "timeout"


def test_finally_block_does_not_run_after_a_timeout(run: Run) -> None:
    script = """function f(c, a) {
        try { for (;;); } finally { a.v1.claims.setClaim('finally', 1) }
    }"""
    assert run({"source": script, "seconds": 0.05}).claims == {}


def test_each_phase_has_the_whole_limit(run: Run) -> None:
    busy = "const until = Date.now() + 60; while (Date.now() < until);"
    outcome = run({"source": f"{busy} function f() {{ {busy} }}", "seconds": 0.1})
    assert outcome.error is None


def test_endless_recursion_is_an_error_of_the_script(run: Run) -> None:
    error = run("function f() { f() }").error
    assert error["kind"] == "script_threw"
    assert error["message"].startswith("RangeError: Maximum call stack size exceeded")


def test_run_after_a_stack_overflow_is_sound(run: Run) -> None:
    run("function f(c, a) { try { f(c, a) } catch {} a.v1.claims.setClaim('x', 1) }")
    assert run(GOOD).claims == {"good": 1}


@pytest.mark.parametrize(
    ("context", "message"),
    [
        (b"", "context: not JSON: "),
        (b"{", "context: not JSON: "),
        (b'{\n"user"\n: x}', "context: not JSON: "),
        (b"[]", "context: an object expected, got an array"),
        (b"null", "context: an object expected, got null"),
        (b"1", "context: an object expected, got number 1"),
        (b'{"usr":1}', 'context: unknown key "usr"'),
        (b'{"__proto__":1}', 'context: unknown key "__proto__"'),
        (b'{"claims":[]}', "context.claims: an object expected, got an array"),
        (
            b'{"application":{"clientId":1}}',
            "application.clientId: a string expected, got number 1",
        ),
        (b'{"userGrants":[1]}', "context.userGrants.0: an object expected, got number 1"),
        (b'{"actor":{"actor":1}}', "actor.actor: an object expected, got number 1"),
        (b'{"claims":"' + b"x" * 5000 + b'"}', "context.claims: an object expected, got string "),
    ],
)
def test_bad_context_is_a_bad_request(run: Run, context: bytes, message: str) -> None:
    outcome = run(tolerated(GOOD), GOOD, context=context)
    assert outcome.error["kind"] == "bad_request"
    assert outcome.error["message"].startswith(message)
    assert outcome.actions == []


def test_check_loads_but_does_not_call(run: Run) -> None:
    script = "function f() { throw 1 }"
    assert run(script, check=True, context=b"not looked at").actions == ["succeeded"]


@pytest.mark.parametrize(
    ("script", "kind"),
    [("let =", "syntax_error"), ("throw 1", "script_threw"), ("", "missing_function")],
)
def test_check_finds_what_does_not_load(run: Run, script: str, kind: str) -> None:
    assert run(script, check=True).error["kind"] == kind


@pytest.mark.parametrize(
    "script",
    [
        "}); (function () {",
        "} + function () {",
        "/* open",
        "`open",
        "(",
        "export function f() {}",
        "import x from 'y'",
    ],
)
def test_script_cannot_leave_its_function(run: Run, script: str) -> None:
    assert run(script).error["kind"] == "syntax_error"


@pytest.mark.parametrize(
    "script",
    [
        "function f() {} // comment at the end",
        "function f() {}\n//# sourceURL=mine",
        "function f() {} /* x */",
        "function f() {}\r\n",
        "function f() {}\u2028",
        "\ufefffunction f() {}",
        "'use strict'\nfunction f() {}",
        "function f() {} <!-- comment",
    ],
)
def test_text_around_the_function_does_no_harm(run: Run, script: str) -> None:
    assert run(script).actions == ["succeeded"]


def test_partial_run_hands_over_its_state(run: Run) -> None:
    outcome = run(GOOD, partial=True)
    assert outcome.report["state"]["claims"] == [["good", "1"]]


def test_state_of_an_earlier_part_is_known(run: Run) -> None:
    outcome = run(
        "const f = (ctx, api) => api.v1.claims.setClaim('seen', ctx.v1.claims)",
        state={"claims": [["a", '{"b":1}']]},
    )
    assert outcome.claims == {"seen": {"a": {"b": 1}}}


def test_script_that_was_forgotten_can_come_again(run: Run) -> None:
    assert run(GOOD).claims == {"good": 1}
    assert run(GOOD, forget=["0" * 40]).claims == {"good": 1}


def test_dynamic_import_is_refused(run: Run) -> None:
    assert run("async function f() { await import('fs') }").error["kind"] == "script_threw"


@pytest.mark.parametrize(
    "imported",
    [
        "import('fs')",
        "import(name)",
        "import({ toString() { throw new Error('mine') } })",
        "import('x', { with: { type: 'json' } })",
        "(0, eval)('import(\"fs\")')",
        "new Function('return import(\"fs\")')()",
    ],
)
def test_dynamic_import_is_an_ordinary_rejection(run: Run, imported: str) -> None:
    script = f"""const name = 'fs';
        async function f(c, a) {{
            const loaded = {imported};
            const error = await loaded.catch((reason) => reason);
            a.v1.claims.setClaim('refused', [loaded instanceof Promise, error instanceof Error]);
        }}"""
    assert run(script).claims == {"refused": [True, True]}
    assert run(f"const name = 'fs'; function f() {{ {imported} }}").actions == ["succeeded"]


def test_entry_that_cannot_be_taken_fails_its_action_once(run: Run) -> None:
    outcome = run(
        "function f(ctx, api) { api.userGrants.push({projectID: 'p'}, {roles: ['x']}) }",
        trigger="internal-authentication/post-creation",
    )
    assert outcome.actions == ["failed"]
    assert [m["projectId"] for m in outcome.report["mutations"]] == ["p"]


FIVE = "function f(c, api) { for (let i = 0; i < 5; i++) api.v1.claims.setClaim(`${i}`, 0) }"
FIVE_LATER = """function f(c, api) {
  let i = 0;
  const next = () => {
    api.v1.claims.setClaim(`${i}`, 0);
    if (++i < 5) Promise.resolve().then(next);
  };
  next();
}"""
PUSHES = """function f(c, api) {
  for (let i = 0; i < 5; i++) api.metadata.push({ key: `${i}`, value: 0 });
}"""
USERINFO = "complement-token/pre-userinfo"
LOGIN = "internal-authentication/post-authentication"


@pytest.mark.parametrize(
    ("script", "trigger"),
    [(FIVE, USERINFO), (FIVE_LATER, USERINFO), (PUSHES, LOGIN)],
    ids=["at once", "in microtasks", "in a live array"],
)
@pytest.mark.parametrize("place", ["first", "last"])
def test_too_many_mutations_are_the_failure_of_who_made_them(
    run: Run, script: str, trigger: str, place: str
) -> None:
    culprit, other = tolerated(script, mutations=3), "function f() {}"
    steps = [culprit, other] if place == "first" else [other, culprit]
    outcome = run(*steps, trigger=trigger)
    assert sorted(outcome.actions) == ["succeeded", "tolerated"]
    assert outcome.actions[steps.index(culprit)] == "tolerated"
    assert outcome.error["kind"] == "output_limit"
    assert outcome.error["message"].startswith("the action made more than 3 mutations")
    assert [m["key"] for m in outcome.report["mutations"]] == ["0", "1", "2"]


def test_nothing_is_written_after_the_first_excess(run: Run) -> None:
    script = """function f(c, api) {
      const set = (key, value) => { try { api.v1.claims.setClaim(key, value) } catch {} };
      set('small', 1); set('large', 'x'.repeat(500)); set('small too', 1);
    }"""
    outcome = run({"source": script, "output": 400})
    assert outcome.error == {
        "kind": "output_limit",
        "message": "the action made more than 400 characters of mutations and logs",
    }
    assert outcome.claims == {"small": 1}


def test_every_action_has_its_own_limits(run: Run) -> None:
    second = FIVE.replace("`${i}`", "`x${i}`")
    outcome = run({"source": FIVE, "mutations": 5}, {"source": second, "mutations": 5})
    assert outcome.actions == ["succeeded", "succeeded"]


@pytest.mark.parametrize("catches", [True, False])
def test_report_that_fits_no_frame_is_nobodys_fault(run: Run, *, catches: bool) -> None:
    write = "api.v1.claims.setClaim('a' + Math.random(), 'x'.repeat(600))"
    script = f"(c, api) => {{ {f'try {{ {write} }} catch {{}}' if catches else write} }}"
    outcome = run(f"const f = {script}", f"const f = {script}", report_limit=1000)
    assert outcome.report["actions"] == []
    assert outcome.error == {
        "kind": "output_limit",
        "message": "the report is larger than a frame may be",
    }


@pytest.fixture
def wall() -> Iterator[None]:
    """No more memory for this process than 256 MiB beyond what it has."""
    soft, hard = resource.getrlimit(resource.RLIMIT_DATA)
    pages = int(Path("/proc/self/statm").read_text().split()[5])
    limit = pages * resource.getpagesize() + 256 * 2**20
    resource.setrlimit(resource.RLIMIT_DATA, (limit, hard))
    yield
    resource.setrlimit(resource.RLIMIT_DATA, (soft, hard))


@pytest.mark.usefixtures("wall")
@pytest.mark.parametrize(
    "allocate",
    [
        "new Uint8Array(1e9)",
        "new ArrayBuffer(1e9)",
        "new ArrayBuffer(8, { maxByteLength: 1e9 }).resize(1e9)",
        "new ArrayBuffer(8).transfer(1e9)",
    ],
)
@pytest.mark.parametrize("how", ["() => {}", "async () => {}"])
def test_allocation_that_fails_is_a_memory_limit(run: Run, allocate: str, how: str) -> None:
    error = run(f"const f = {how.replace('{}', f'{{ {allocate} }}')}").error
    assert error["kind"] == "memory_limit"
    assert error["message"].startswith("the action took more than 128 MiB of memory: RangeError: ")
    assert error["line"] == 1


@pytest.mark.usefixtures("wall")
def test_allocation_that_fails_may_be_caught(run: Run) -> None:
    assert run("const f = () => { try { new ArrayBuffer(1e9) } catch {} }").error is None


GRANTS = "internal-authentication/post-creation"
PUSHES_LATE = """function f(ctx, api) {
    Promise.resolve().then(() => api.userGrants.push({projectID: 'late'}));
}"""


@pytest.mark.parametrize("steps", [1, 2])
def test_push_of_a_microtask_is_taken(run: Run, steps: int) -> None:
    outcome = run(*[PUSHES_LATE, "function f() {}"][:steps], trigger=GRANTS)
    assert [m["projectId"] for m in outcome.report["mutations"]] == ["late"]


@pytest.mark.parametrize("configurable", ["true", "false"])
def test_names_left_behind_are_swept_in_the_time_of_who_left_them(
    run: Run, configurable: str
) -> None:
    litter = f"""function f() {{
        const name = {{value: 1, configurable: {configurable}}};
        for (let i = 0; i < 50_000; i++) Object.defineProperty(globalThis, 'x' + i, name);
    }}"""
    (culprit,) = run(litter).costs
    (following,) = run(GOOD).costs
    assert following.cpu < culprit.cpu / 4


def test_returned_promise_is_not_asked_for_a_species(run: Run) -> None:
    outcome = run("""function f() {
        const promise = Promise.resolve();
        promise.then = () => { throw 'then' };
        return promise;
    }""")
    assert outcome.actions == ["succeeded"]


def test_long_reason_of_a_rejection_is_not_read(run: Run) -> None:
    error = run("async function f() { throw 'x'.repeat(5e8) }").error
    assert error == {"kind": "script_threw", "message": "a text of 500000000 characters"}


def test_search_for_names_is_not_quadratic(run: Run) -> None:
    script = f"/*\nfunction{' ' * 400_000}(*/"
    assert run({"source": script, "seconds": 1.0}).error["kind"] == "missing_function"
