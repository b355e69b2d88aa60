"""When an action may ask the broker for something, and for whom it asks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

Run = Callable[..., Any]

USER = {"user": {"id": "17"}}
LOGIN = "internal-authentication/post-authentication"
FETCH = "require('zitadel/http').fetch('u')"
GET = "require('zitadel/metadata/user').get()"
SET = "require('zitadel/metadata/user').set('k', 1)"


def caught(expression: str) -> str:
    return f"(() => {{ try {{ {expression}; return 'done' }} catch (e) {{ return e.message }} }})()"


def test_each_action_of_a_chain_asks_for_itself(run: Run, broker: Any) -> None:
    script = f"function f() {{ {FETCH}; {GET}; {SET} }}"
    assert run(script, script, context=USER).error is None
    asked = [(request["type"], request["step"]) for request in broker.requests]
    assert asked == [(t, i) for i in (0, 1) for t in ("fetch", "get_metadata", "set_metadata")]


def test_top_level_of_a_script_may_ask(run: Run) -> None:
    script = f"const {{ status }} = {FETCH}; const f = (c, a) => a.v1.claims.setClaim('s', status)"
    assert run(script).claims == {"s": 200}


@pytest.mark.parametrize(
    ("expression", "kind", "message"),
    [
        (FETCH, "fetch_denied", "scripts are being checked: nothing is fetched at 1:"),
        (GET, "metadata_failed", "scripts are being checked: no metadata are read or written"),
        (SET, "metadata_failed", "scripts are being checked: no metadata are read or written"),
    ],
)
def test_script_that_is_checked_asks_nothing(
    run: Run, broker: Any, expression: str, kind: str, message: str
) -> None:
    outcome = run(f"{expression}; function f() {{}}", check=True)
    assert outcome.error["kind"] == kind
    assert outcome.error["message"].startswith(message)
    assert run(f"{caught(expression)}; function f() {{}}", check=True).error is None
    assert broker.requests == []


@pytest.mark.parametrize("expression", [FETCH, GET, SET])
def test_action_that_has_failed_asks_nothing(run: Run, broker: Any, expression: str) -> None:
    script = f"function f() {{ Promise.resolve().then(() => {{ {expression} }}); throw 'no' }}"
    assert run(script, context=USER).actions == ["failed"]
    assert broker.requests == []


@pytest.mark.parametrize("expression", [FETCH, GET, SET])
def test_action_over_its_output_limit_asks_nothing(run: Run, broker: Any, expression: str) -> None:
    script = f"""function f(ctx, api) {{
        try {{ api.v1.claims.setClaim('a', 'x'.repeat(1000)) }} catch {{}}
        {expression};
    }}"""
    outcome = run({"source": script, "output": 900}, context=USER)
    assert outcome.error["kind"] == "output_limit"
    assert broker.requests == []


@pytest.mark.parametrize("expression", [FETCH, SET])
def test_what_microtasks_ask_in_the_actions_time_is_asked(
    run: Run, broker: Any, expression: str
) -> None:
    script = f"function f() {{ Promise.resolve().then(() => {{ {expression} }}) }}"
    assert run(script, context=USER).actions == ["succeeded"]
    assert len(broker.requests) == 1


def test_what_is_pushed_may_ask_while_it_is_read(run: Run, broker: Any) -> None:
    entry = f"{{ get key() {{ return {FETCH}.text() }}, value: 1 }}"
    broker.answers["fetch"] = {"document": {"status": 200, "headers": [], "body": "key"}}
    outcome = run(f"function f(c, a) {{ a.metadata.push({entry}) }}", trigger=LOGIN)
    assert outcome.ops == [("appendMetadata", "key", "MQ==")]


def test_what_a_cut_off_action_left_asks_nothing(run_anew: Run, broker: Any) -> None:
    script = f"""function f(ctx, api) {{
        api.metadata.push({{ get key() {{ return {caught(FETCH)} }}, value: 1 }});
        for (;;);
    }}"""
    outcome = run_anew({"source": script, "seconds": 0.1}, trigger=LOGIN)
    assert outcome.error["kind"] == "timeout"
    assert outcome.ops == [("appendMetadata", "the action has ended", "MQ==")]
    assert broker.requests == []


# Between the actions of a hardened realm names are swept away, and one that is not runs one
# action only: with two in it, functions of the first reach the second.
KEEP = """globalThis.kept = {
    fetch: require('zitadel/http').fetch,
    ...require('zitadel/metadata/user'),
};"""


@pytest.mark.parametrize("call", ["kept.fetch('u')", "kept.get()", "kept.set('k', 1)"])
def test_functions_of_an_ended_action_ask_nothing(
    run_fresh: Run, fresh_broker: Any, call: str
) -> None:
    again = f"const f = (c, api) => api.v1.claims.setClaim('said', {caught(call)})"
    outcome = run_fresh(f"{KEEP} function f() {{}}", again, context=USER)
    assert outcome.claims == {"said": "the action has ended"}
    assert fresh_broker.requests == []


def test_realm_that_is_not_hardened_asks_too(run_fresh: Run, fresh_broker: Any) -> None:
    script = f"function f() {{ {FETCH}; {SET} }}"
    outcome = run_fresh(script, context=USER, partial=True)
    assert outcome.actions == ["succeeded"]
    assert [request["type"] for request in fresh_broker.requests] == ["fetch", "set_metadata"]


@pytest.mark.parametrize("expression", [FETCH, SET])
def test_what_was_pushed_and_throws_asks_nothing_later(
    run: Run, broker: Any, expression: str
) -> None:
    later = f"Promise.resolve().then(() => {{ {expression} }})"
    script = f"function f(c, a) {{ a.metadata.push({{ get key() {{ {later}; throw 'no' }} }}) }}"
    assert run(script, context=USER, trigger=LOGIN).actions == ["failed"]
    assert broker.requests == []
