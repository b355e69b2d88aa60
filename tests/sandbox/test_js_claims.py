from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

Run = Callable[..., Any]

LOG = "urn:zitadel:iam:action:f:log"


def setting(*claims: str) -> str:
    calls = "".join(f"api.v1.claims.setClaim({claim});" for claim in claims)
    return f"function f(ctx, api) {{ {calls} }}"


def test_first_write_wins_within_an_action(run: Run) -> None:
    outcome = run(setting("'a', 1", "'a', 2"))
    assert outcome.ops == [
        ("setClaim", "a", 1),
        ("appendLogIntoClaims", LOG, ['key "a" already exists']),
    ]


def test_claim_that_the_getter_of_its_value_sets_was_first(run: Run) -> None:
    outcome = run("""function f(ctx, api) {
        const { setClaim } = api.v1.claims;
        setClaim('a', {get b() { setClaim('a', 'inner'); return 1 }});
    }""")
    assert outcome.claims == {"a": "inner"}


def test_first_write_wins_across_actions(run: Run) -> None:
    outcome = run({"name": "f", "source": setting("'a', 1")}, setting("'a', 2", "'b', 3"))
    assert outcome.claims == {"a": 1, "b": 3}
    assert outcome.claim_logs == [(LOG, ['key "a" already exists'])]


def test_claim_of_the_context_wins(run: Run) -> None:
    outcome = run(setting("'a', 2"), context={"claims": {"a": {"b": 1}}})
    assert outcome.claims == {}
    assert outcome.claim_logs == [(LOG, ['key "a" already exists'])]


@pytest.mark.parametrize("old", ["''", "0", "false", "[]"])
def test_empty_claim_is_not_absent(run: Run, old: str) -> None:
    assert run(setting(f"'a', {old}", "'a', 2")).claim_logs != []


@pytest.mark.parametrize("null", ["null", "undefined"])
def test_null_claim_may_be_set_again(run: Run, null: str) -> None:
    outcome = run(setting(f"'a', {null}", "'a', 2", "'a', 3"))
    assert [op[2] for op in outcome.ops] == [None, 2, ['key "a" already exists']]


def test_null_claim_of_the_context_may_be_set(run: Run) -> None:
    assert run(setting("'a', 2"), context={"claims": {"a": None}}).claims == {"a": 2}


@pytest.mark.parametrize("key", ["urn:zitadel:iam", "urn:zitadel:iam:org", "urn:zitadel:iamb"])
def test_reserved_claim_is_dropped_without_a_log(run: Run, key: str) -> None:
    assert run(setting(f"'{key}', 1")).ops == []


@pytest.mark.parametrize("value", ["NaN", "() => 1"])
def test_value_of_a_reserved_claim_is_not_looked_at(run: Run, value: str) -> None:
    assert run(setting(f"'urn:zitadel:iam:x', {value}")).error is None


def test_value_of_a_claim_that_exists_is_not_looked_at(run: Run) -> None:
    outcome = run(setting("'a', 1", "'a', NaN"))
    assert outcome.claim_logs == [(LOG, ['key "a" already exists'])]


@pytest.mark.parametrize(
    "key", ["urn:zitadel:action:x", "urn:zitadel", "URN:ZITADEL:IAM", "", "__proto__"]
)
def test_other_claim_is_set(run: Run, key: str) -> None:
    assert run(setting(f"'{key}', 1")).claims == {key: 1}


@pytest.mark.parametrize("present", ["me@example.com", True, 1])
def test_present_standard_claim_wins_without_a_log(run: Run, present: Any) -> None:
    outcome = run(setting("'email', 'x'"), context={"claims": {"email": present}})
    assert outcome.ops == []


@pytest.mark.parametrize("claims", [{}, {"email": ""}, {"email": None}, {"email": False}])
def test_absent_or_empty_standard_claim_is_set(run: Run, claims: dict[str, Any]) -> None:
    assert run(setting("'email', 'x'"), context={"claims": claims}).claims == {"email": "x"}


def test_standard_claim_is_set_once(run: Run) -> None:
    outcome = run(setting("'picture', 'a'", "'picture', 'b'"))
    assert outcome.claims == {"picture": "a"}
    assert outcome.claim_logs == [(LOG, ['key "picture" already exists'])]


@pytest.mark.parametrize(
    ("key", "quoted"),
    [
        (r"a\"b", r'"a\"b"'),
        (r"a\\b", r'"a\\b"'),
        (r"\n\t\x07", r'"\n\t\a"'),
        (r"\x00\x7f", r'"\x00\x7f"'),
        (r"\u0085\xad\u200b", r'"\u0085\u00ad\u200b"'),
        (r"\u2028", r'"\u2028"'),
        (r"\xa0", r'"\u00a0"'),
        (r"\u{e0001}", r'"\U000e0001"'),
        ("ä€😀", '"ä€😀"'),
        ("'", '"\'"'),
        (r"\ud800", '"\ufffd"'),
    ],
)
def test_log_quotes_the_key_as_go_does(run: Run, key: str, quoted: str) -> None:
    outcome = run(setting(f'"{key}", 1', f'"{key}", 2'))
    assert outcome.claim_logs == [(LOG, [f"key {quoted} already exists"])]


def test_log_claim_is_written_once_in_order(run: Run) -> None:
    outcome = run("""function f(ctx, api) {
        const { setClaim, appendLogIntoClaims } = api.v1.claims;
        appendLogIntoClaims('one'); setClaim('a', 1); setClaim('a', 2); appendLogIntoClaims(3);
    }""")
    assert outcome.claim_logs == [(LOG, ["one", 'key "a" already exists', "3"])]


@pytest.mark.parametrize(
    ("argument", "text"),
    [("", ""), ("null", ""), ("true", "true"), ("{}", "[object Object]"), ("[1, 2]", "1,2")],
)
def test_log_text_is_a_string(run: Run, argument: str, text: str) -> None:
    outcome = run(f"const f = (ctx, api) => api.v1.claims.appendLogIntoClaims({argument})")
    assert outcome.claim_logs == [(LOG, [text])]


@pytest.mark.parametrize(
    ("key", "name"),
    [("undefined", ""), ("null", ""), ("1", "1"), ("Symbol('s')", "s"), ("{}", "[object Object]")],
)
def test_key_is_converted_to_a_string(run: Run, key: str, name: str) -> None:
    assert run(setting(f"{key}, 1")).claims == {name: 1}


def test_log_claim_of_an_action_bound_twice_is_overwritten(run: Run) -> None:
    say = """function f(ctx, api) {
        const key = 'urn:zitadel:iam:action:f:log';
        api.v1.claims.setClaim('seen' + api.v1.n, ctx.v1.claims[key]);
        api.v1.claims.appendLogIntoClaims('text');
    }"""
    outcome = run(
        say.replace("api.v1.n", "1"), say.replace("api.v1.n", "2"), say.replace("api.v1.n", "3")
    )
    assert outcome.claims == {"seen1": None, "seen2": ["text"], "seen3": ["text"]}
    assert outcome.claim_logs == [(LOG, ["text"])] * 3


@pytest.mark.parametrize(("tolerated", "logs"), [(True, [(LOG, ["text"])]), (False, [])])
def test_log_claim_of_a_failed_action_needs_tolerance(
    run: Run, tolerated: bool, logs: list[Any]
) -> None:
    script = "function f(ctx, api) { api.v1.claims.appendLogIntoClaims('text'); throw 1 }"
    assert run({"source": script, "tolerated": tolerated}).claim_logs == logs


def test_log_claim_of_a_tolerated_action_is_seen_by_the_next(run: Run) -> None:
    first = "function f(ctx, api) { api.v1.claims.appendLogIntoClaims('text'); throw 1 }"
    outcome = run(
        {"name": "f", "source": first, "tolerated": True},
        {"name": "g", "source": "const g = (c, a) => a.v1.claims.setClaim('seen', c.v1.claims)"},
    )
    assert outcome.claims == {"seen": {LOG: ["text"]}}


def test_claims_are_seen_by_the_next_action(run: Run) -> None:
    outcome = run(
        setting("'a', {b: 1}", "'email', 'x'", "'n', null"),
        "const f = (ctx, api) => api.v1.claims.setClaim('seen', ctx.v1.claims)",
        context={"claims": {"sub": "1", "name": ""}},
    )
    assert outcome.claims["seen"] == {"sub": "1", "a": {"b": 1}, "email": "x", "n": None}


def test_image_of_claims_leaves_out_empty_standard_claims(value: Run) -> None:
    claims = {"sub": "1", "email": "", "email_verified": False, "x": "", "y": False, "z": None}
    seen = value("ctx.v1.claims", {"claims": claims})
    assert seen == {"sub": "1", "x": "", "y": False, "z": None}


def test_image_of_claims_is_a_copy(run: Run) -> None:
    outcome = run(
        "function f({ v1: { claims } }) { claims.a.b = 2; claims.c = 3; delete claims.d }",
        "const f = (ctx, api) => api.v1.claims.setClaim('seen', ctx.v1.claims)",
        context={"claims": {"a": {"b": 1}, "d": 4}},
    )
    assert outcome.claims == {"seen": {"a": {"b": 1}, "d": 4}}


def test_deprecated_names_do_the_same(run: Run) -> None:
    outcome = run("""function f(ctx, api) {
        api.v1.userinfo.setClaim('a', 1); api.v1.userinfo.appendLogIntoClaims('x')
    }""")
    assert outcome.ops == [("setClaim", "a", 1), ("appendLogIntoClaims", LOG, ["x"])]


def test_both_token_triggers_have_the_same_api(run: Run) -> None:
    outcome = run(setting("'a', 1"), trigger="complement-token/pre-access-token")
    assert outcome.claims == {"a": 1}


def test_claim_over_the_output_limit_fails_the_action(run: Run) -> None:
    outcome = run({"source": setting("'a', 'x'.repeat(2000)"), "output": 1000})
    assert outcome.error["kind"] == "output_limit"
    assert outcome.ops == []


def test_claim_over_the_output_limit_is_not_seen_by_the_next(run: Run) -> None:
    outcome = run(
        {"source": setting("'a', 'x'.repeat(2000)"), "tolerated": True, "output": 1000},
        "function f(ctx) { if ('a' in ctx.v1.claims) throw 'seen' }",
    )
    assert outcome.actions == ["tolerated", "succeeded"]
