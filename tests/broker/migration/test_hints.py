from __future__ import annotations

from pathlib import Path

import pytest
from planned import bound

from actionsd_broker.migration.hints import Hint, find_hints
from actionsd_protocol.triggers import ALIASES

SCRIPTS = Path(__file__).parents[2] / "conformance" / "cases" / "examples22"
LOGINS = ("1:1", "1:2", "1:3", "3:1", "3:2", "3:3")
TOKENS = ("2:4", "2:5")


def hints(script: str, *ids: str) -> list[Hint]:
    return find_hints(bound(script, *ids))


def only(script: str, *ids: str) -> Hint:
    [hint] = hints(script, *ids)
    return hint


def is_silent(script: str, *ids: str) -> bool:
    return not hints(script, *ids)


@pytest.mark.parametrize("ids", LOGINS)
def test_http_request_has_little_under_v2(ids: str) -> None:
    hint = only("function f(ctx) {\n  const { httpRequest } = ctx.v1;\n}", ids)
    assert (hint.level, hint.line) == ("differs", 2)
    assert hint.text.startswith("httpRequest: v2 sends a few headers")
    assert hint.see == "docs/compatibility.md#under-actions-v2"
    assert is_silent("ctx.v1.httpRequest", "2:4")


@pytest.mark.parametrize("ids", LOGINS)
def test_auth_request_is_missing_under_v2(ids: str) -> None:
    assert only("ctx.v1.authRequest.prompt", ids).text.startswith("authRequest: v2 sends none")
    assert is_silent("ctx.v1.authRequest", "4:6")


def test_failed_logins_make_no_call_under_v2() -> None:
    for ids in ("1:1", "3:1"):
        assert 'always "none"' in only("ctx.v1.authError == 'none'", ids).text


def test_factors_that_come_together_are_one_call_under_v2() -> None:
    assert "the last of them" in only("log(ctx.v1.authMethod)", "3:1").text


@pytest.mark.parametrize("ids", [*TOKENS, "4:6", *LOGINS])
def test_metadata_of_organisations_are_missing_under_v2(ids: str) -> None:
    assert only("ctx.v1.org.getMetadata()", ids).level == "differs"
    assert only("grant.getOrgMetadata()", ids).level == "differs"


def test_metadata_of_the_user_are_missing_for_saml_under_v2() -> None:
    assert only("ctx.v1.user.getMetadata()", "4:6").level == "differs"
    assert is_silent("ctx.v1.user.getMetadata()", "2:4")


@pytest.mark.parametrize("ids", ["1:3", "3:3"])
def test_user_grants_cannot_be_replied_under_v2(ids: str) -> None:
    assert "they take an API call" in only("api.v1.appendUserGrant({})", ids).text
    assert "they take an API call" in only("api.userGrants.push({})", ids).text


def test_metadata_after_a_login_cannot_all_be_replied_under_v2() -> None:
    for script in ("api.v1.user.appendMetadata('k', 1)", "api.metadata.push({})"):
        assert "after a factor" in only(script, "3:1").text
        assert "linked already" in only(script, "1:1").text
        assert is_silent(script, "1:2")


def test_linked_user_cannot_be_changed_in_older_versions_under_v2() -> None:
    assert "older versions" in only("api.setFirstName('x')", "1:1").text
    assert is_silent("api.setFirstName('x')", "1:2")


@pytest.mark.parametrize(
    ("script", "ids", "text"),
    [
        ("api.v1.user.setMetadata('k', 1)", "2:4", "not at once"),
        ("api.v1.claims.appendLogIntoClaims('x')", "2:5", "named after v2's function"),
        ("ctx.v1.actor", "2:4", "4.17"),
        ("ctx.refreshToken", "1:1", "4.12"),
        ("ctx.getClaim('x')", "1:1", "id token"),
        ("ctx.claimsJSON()", "1:1", "id token"),
    ],
)
def test_what_is_worth_knowing_is_a_note(script: str, ids: str, text: str) -> None:
    hint = only(script, ids)
    assert hint.level == "note"
    assert text in hint.text


@pytest.mark.parametrize(
    ("script", "level", "text"),
    [
        ("async function f() {}", "note", "awaited here"),
        ("const f = async (ctx) => {}", "note", "awaited here"),
        ("const f = async ctx => {}", "note", "awaited here"),
        ("if (human.email === 'x') {}", "differs", "never equal there"),
        ("switch (ctx.v1.authMethod) {}", "differs", "never equal there"),
        ("user.state !== 1", "differs", "never equal there"),
        ("require('./lib.js')", "differs", "it throws"),
        ('require("fs")', "differs", "it throws"),
        ("h = 'Bearer abcdef123456'", "note", "[secrets]"),
        ("const apiKey = 'abcdef123456'", "note", "[secrets]"),
        ("x.toLocaleString()", "note", "Intl"),
        ("Array.prototype.last = f", "note", "a fresh isolate"),
        ("fetch('https://a.example/')", "differs", "allow a.example"),
        ("fetch(url)", "differs", "made as it runs"),
        ("const { fetch: get } = require('zitadel/http')", "differs", "no call is seen"),
    ],
)
def test_what_differs_here_is_named_whatever_the_trigger(
    script: str, level: str, text: str
) -> None:
    for ids in ((), ("2:4",)):
        hint = only(script, *ids)
        assert hint.level == level
        assert text in hint.text


@pytest.mark.parametrize(
    "script",
    [
        "// ctx.v1.httpRequest, async function, fetch(x)",
        "/* ctx.v1.authRequest\n require('fs') */",
        "require('zitadel/uuid'); require(\"zitadel/log\"); require('node:util')",
        "human.email == 'x'",
        "const status = 1; if (status === 1) {}",
        "headers: { Authorization: 'Bearer {{secret:crm}}' }",
        "`Bearer ${token}`",
        "asynchronous(1)",
    ],
)
def test_what_differs_nowhere_gets_no_hint(script: str) -> None:
    assert is_silent(script, "1:1", "2:4", "3:1")


def test_hints_are_for_the_triggers_of_the_action_and_each_once() -> None:
    script = "ctx.v1.authRequest; ctx.v1.authRequest; ctx.v1.org.getMetadata()"
    assert len(hints(script, "1:1", "3:1", "2:4")) == 2
    assert len(hints(script, "2:4")) == 1
    assert is_silent(script)


def test_check_that_was_cut_short_is_noted() -> None:
    [hint] = find_hints(bound("1", "2:4"), cut_short=True)
    assert "checked up to there" in hint.text


def test_public_scripts_get_the_hints_that_they_need() -> None:
    def of(case: str) -> set[str]:
        [path] = (SCRIPTS / case).glob("*.js")
        found = find_hints(bound(path.read_text(), *(ids for ids in ALIASES if ":" in ids)))
        return {hint.text.partition(":")[0] for hint in found if hint.level == "differs"}

    assert of("custom_roles") == set()
    assert of("add_user_grant") == {"user grants"}
    assert of("org_metadata_claim") == {"metadata of the organisation"}
    assert of("post_auth_log") == {"authRequest", "httpRequest"}
