from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

import pytest

Run = Callable[..., Any]

ZERO = "0001-01-01T00:00:00Z"
HUMAN = {
    "firstName": "Ada",
    "lastName": "L",
    "nickName": "a",
    "displayName": "Ada L",
    "avatarKey": "k",
    "preferredLanguage": "en",
    "gender": 1,
    "email": "ada@example.com",
    "isEmailVerified": True,
    "phone": "+41",
    "isPhoneVerified": True,
}
HEAD = {
    "id": "1",
    "creationDate": "2024-01-02T03:04:05Z",
    "changeDate": "2024-01-02T03:04:06Z",
    "resourceOwner": "2",
    "sequence": 7,
    "state": 1,
    "username": "ada",
    "loginNames": ["ada@x"],
    "preferredLoginName": "ada@x",
}
NOBODY = {
    "id": "",
    "creationDate": ZERO,
    "changeDate": ZERO,
    "resourceOwner": "",
    "sequence": 0,
    "state": 0,
    "username": "",
    "loginNames": [],
    "preferredLoginName": "",
}
NOTHING = {name: {str: "", bool: False, int: 0}[type(value)] for name, value in HUMAN.items()} | {
    "preferredLanguage": "und"
}


def encoded(stored: bytes) -> str:
    return base64.b64encode(stored).decode()


def test_human_is_read_whole(value: Run) -> None:
    user = {**HEAD, "human": HUMAN}
    assert value("JSON.parse(JSON.stringify(ctx.v1.getUser()))", {"user": user}) == user


def test_machine_has_no_human(value: Run) -> None:
    user = {**HEAD, "machine": {"name": "m", "description": "d"}}
    assert value("JSON.parse(JSON.stringify(ctx.v1.getUser()))", {"user": user}) == user
    assert value("typeof ctx.v1.getUser().human", {"user": user}) == "undefined"


def test_machine_without_fields_has_zero_values(value: Run) -> None:
    assert value(
        "JSON.parse(JSON.stringify(ctx.v1.getUser().machine))", {"user": {"machine": {}}}
    ) == {
        "name": "",
        "description": "",
    }


@pytest.mark.parametrize("context", [{}, {"user": None}, {"user": {}}, {"user": {"human": None}}])
def test_missing_user_reads_as_zero_values(value: Run, context: dict[str, Any]) -> None:
    assert value("JSON.parse(JSON.stringify(ctx.v1.getUser()))", context) == {
        **NOBODY,
        "human": NOTHING,
    }


def test_null_field_reads_as_zero_value(value: Run) -> None:
    context = {"user": {"id": None, "human": {"email": None, "isEmailVerified": None}}}
    fields = "((u) => [u.id, u.human.email, u.human.isEmailVerified])(ctx.v1.getUser())"
    assert value(fields, context) == ["", "", False]


@pytest.mark.parametrize(
    ("user", "message"),
    [
        ({"id": 5}, "user.id: a string expected, got number 5"),
        ({"state": "1"}, 'user.state: a number expected, got string "1"'),
        ({"loginNames": "x"}, 'user.loginNames: an array expected, got string "x"'),
        ({"loginNames": [1]}, "user.loginNames[0]: a string expected, got number 1"),
        ({"human": []}, "user.human: an object expected, got an array"),
        (
            {"human": {"isEmailVerified": 1}},
            "user.human.isEmailVerified: true or false expected, got number 1",
        ),
        ({"machine": {"name": {}}}, "user.machine.name: a string expected, got an object"),
    ],
)
def test_wrong_type_is_a_bad_request_with_its_place(
    run: Run, user: dict[str, Any], message: str
) -> None:
    outcome = run("const f = (ctx) => { ctx.v1.getUser() }", context={"user": user})
    assert outcome.error == {"kind": "bad_request", "message": message}


def test_long_wrong_value_is_a_bad_request_too(run: Run) -> None:
    context = {"user": {"sequence": "x" * 5000}}
    outcome = run("const f = (ctx) => { ctx.v1.getUser() }", context=context)
    assert outcome.error["kind"] == "bad_request"


def test_bad_context_found_midway_reports_no_mutations(run: Run) -> None:
    script = "const f = (ctx, api) => { api.v1.claims.setClaim('a', 1); ctx.v1.getUser() }"
    outcome = run(script, context={"user": {"id": 5}})
    assert outcome.error["kind"] == "bad_request"
    assert outcome.actions == []
    assert outcome.ops == []


@pytest.mark.parametrize(
    ("stored", "expected"),
    [
        (b'"me"', "me"),
        (b"me", "me"),
        (b"123", 123),
        (b"0123", "0123"),
        (b"-1.5e3", -1500),
        (b"+1", "+1"),
        (b".5", ".5"),
        (b"1 2", "1 2"),
        (b" 1 ", 1),
        (b"true", True),
        (b"truely", "truely"),
        (b"null", None),
        (b"nil", "nil"),
        (b"NaN", "NaN"),
        (b'{"a":1}', {"a": 1}),
        (b"{a:1}", "{a:1}"),
        (b"[1,2]", [1, 2]),
        (b"[1,2", "[1,2"),
        (b"'x'", "'x'"),
        (b"", ""),
        ("ä€😀".encode(), "ä€😀"),
        ('"😀"'.encode(), "😀"),
        (b"a\xffb", "a\ufffdb"),
        (b'"\xff"', "\ufffd"),
        (b"\xef\xbb\xbf1", "\ufeff1"),
        (b"x" * 20_000, "x" * 20_000),
    ],
)
def test_metadata_is_json_or_else_text(value: Run, stored: bytes, expected: Any) -> None:
    context = {"userMetadata": [{"key": "k", "value": encoded(stored)}]}
    assert value("ctx.v1.user.getMetadata().metadata[0].value", context) == expected


def test_metadata_is_read_whole(value: Run) -> None:
    entry = {
        "creationDate": "2024-01-02T03:04:05Z",
        "changeDate": "2024-01-02T03:04:06Z",
        "resourceOwner": "2",
        "sequence": 3,
        "key": "k",
    }
    context = {"userMetadata": [{**entry, "value": encoded(b"1")}, {"key": "l", "value": ""}]}
    result = value("JSON.parse(JSON.stringify(ctx.v1.user.getMetadata()))", context)
    assert result["metadata"][0] == {**entry, "value": 1}
    assert result["metadata"][1]["creationDate"] == ZERO
    assert {k: v for k, v in result.items() if k != "metadata"} == {
        "count": 2,
        "sequence": 0,
        "timestamp": ZERO,
    }


@pytest.mark.parametrize("where", ["user", "org"])
def test_missing_metadata_is_an_empty_list(value: Run, where: str) -> None:
    empty = {"count": 0, "sequence": 0, "timestamp": ZERO, "metadata": []}
    assert value(f"JSON.parse(JSON.stringify(ctx.v1.{where}.getMetadata()))") == empty


def test_org_metadata_is_not_the_users(value: Run) -> None:
    context = {"orgMetadata": [{"key": "o", "value": encoded(b"1")}]}
    both = "[ctx.v1.org.getMetadata().count, ctx.v1.user.getMetadata().count]"
    assert value(both, context) == [1, 0]


@pytest.mark.parametrize("text", ["!", "a", "YQ=", "YQ==YQ=="])
def test_metadata_that_is_no_base64_is_a_bad_request(run: Run, text: str) -> None:
    outcome = run(
        "const f = (ctx) => { ctx.v1.user.getMetadata() }",
        context={"userMetadata": [{"key": "k", "value": text}]},
    )
    assert outcome.error == {
        "kind": "bad_request",
        "message": f'userMetadata[0].value: base64 expected, got string "{text}"',
    }


@pytest.mark.parametrize(
    ("value", "stored"),
    [
        ("'de'", '"de"'),
        ("1", "1"),
        ("{b: '<', a: undefined}", r'{"a":null,"b":"\u003c"}'),
        ("null", "null"),
        ("undefined", "null"),
        ("'ä😀'", '"ä😀"'),
    ],
)
def test_set_metadata_stores_go_json(run: Run, value: str, stored: str) -> None:
    outcome = run(f"const f = (ctx, api) => api.v1.user.setMetadata('k', {value})")
    assert outcome.stored == {"k": stored}


@pytest.mark.parametrize("arguments", ["", "'k'", "'k', 1, 2"])
def test_set_metadata_needs_two_arguments(run: Run, arguments: str) -> None:
    outcome = run(f"function f(ctx, api) {{ api.v1.user.setMetadata({arguments}) }}")
    assert outcome.error["kind"] == "invalid_value"
    assert outcome.error["message"].startswith("exactly 2 (key, value) arguments expected")


@pytest.mark.parametrize("key", ["1", "null", "{}", "Symbol('x')"])
def test_metadata_key_must_be_a_string(run: Run, key: str) -> None:
    outcome = run(f"function f(ctx, api) {{ api.v1.user.setMetadata({key}, 1) }}")
    assert outcome.error["kind"] == "invalid_value"


def test_metadata_that_was_set_is_not_seen_by_the_next_action(run: Run) -> None:
    outcome = run(
        "const f = (ctx, api) => api.v1.user.setMetadata('k', 1)",
        "const f = (ctx, api) => api.v1.claims.setClaim('n', ctx.v1.user.getMetadata().count)",
    )
    assert outcome.claims == {"n": 0}


@pytest.mark.parametrize(
    ("context", "expected"),
    [({}, None), ({"userGrants": None}, None), ({"userGrants": []}, [])],
)
def test_no_grants_are_told_from_an_empty_list(
    value: Run, context: dict[str, Any], expected: Any
) -> None:
    assert value("ctx.v1.user.grants && ctx.v1.user.grants.grants", context) == expected


def test_grant_is_read_whole(value: Run) -> None:
    grant = {
        "id": "1",
        "projectGrantId": "2",
        "state": 1,
        "userGrantResourceOwner": "3",
        "userGrantResourceOwnerName": "n",
        "creationDate": "2024-01-02T03:04:05Z",
        "changeDate": "2024-01-02T03:04:06Z",
        "sequence": 4,
        "userId": "5",
        "userResourceOwner": "6",
        "roles": ["a", "b"],
        "projectId": "7",
        "projectName": "p",
    }
    copy = "((g) => ({...g, grants: g.grants.map(({getOrgMetadata, ...rest}) => rest)}))"
    result = value(f"{copy}(ctx.v1.user.grants)", {"userGrants": [grant]})
    assert result == {"count": 1, "sequence": 0, "timestamp": ZERO, "grants": [grant]}


def test_grant_without_fields_has_zero_values(value: Run) -> None:
    grant = "((g) => [g.id, g.state, g.roles, g.projectId, `${g.changeDate}`])"
    result = value(f"{grant}(ctx.v1.user.grants.grants[0])", {"userGrants": [{}]})
    assert result == ["", 0, [], "", "0001-01-01 00:00:00 +0000 UTC"]


@pytest.mark.parametrize(("owner", "expected"), [("o1", [1]), ("o2", []), ("constructor", [])])
def test_org_metadata_of_a_grant_is_that_of_its_owner(
    value: Run, owner: str, expected: list[Any]
) -> None:
    context = {
        "userGrants": [{"userGrantResourceOwner": owner}],
        "grantOrgMetadata": {"o1": [{"key": "k", "value": encoded(b"1")}]},
    }
    values = "getOrgMetadata().metadata.map((entry) => entry.value)"
    assert value(f"ctx.v1.user.grants.grants[0].{values}", context) == expected


def test_actor_chain_ends_in_null(value: Run) -> None:
    context = {"actor": {"userId": "1", "issuer": "i", "actor": {"userId": "2"}}}
    inner = {"userId": "2", "issuer": "", "actor": None}
    assert value("ctx.v1.actor", context) == {"userId": "1", "issuer": "i", "actor": inner}


def test_actor_is_null_without_delegation(value: Run) -> None:
    assert value("[ctx.v1.actor === null]") == [True]


@pytest.mark.parametrize(
    ("context", "expected"), [({}, ""), ({"application": {"clientId": "c"}}, "c")]
)
def test_client_id_is_read(value: Run, context: dict[str, Any], expected: str) -> None:
    assert value("ctx.v1.application.getClientId()", context) == expected
