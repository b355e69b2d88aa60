"""External logins: v1's context from an intent, and the response with what setters changed."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from zitadel_calls import RAW, encoded, intent, mutation, read, v1_external

from actionsd_gateway.zitadel.calls import read_call
from actionsd_gateway.zitadel.document import PayloadError
from actionsd_gateway.zitadel.intent import claims_of

METADATUM = {"action": "a", "op": "appendMetadata", "key": "k", "value": encoded("v")}


def linked(*, update: bool) -> dict[str, Any]:
    payload = intent("o1", "oidc")
    added = payload["response"].pop("addHumanUser")
    payload["response"]["userId"] = "231"
    if update:
        update_message = {"userId": "231", "profile": added["profile"], "email": added["email"]}
        payload["response"]["updateHumanUser"] = update_message
    return payload


@pytest.mark.parametrize("kind", ["saml", "oauth", "oidc"])
def test_external_login_shows_what_v1_shows(kind: str) -> None:
    call = read(intent("o1", kind))
    assert call.trigger == "external-authentication/post-authentication"
    assert call.tenant == "o1"
    expected = v1_external("o1", kind)
    for key in ("accessToken", "idToken", "refreshToken", "idTokenClaims"):
        assert call.context.get(key) == expected.get(key)
    info = call.context["providerInfo"]
    assert {key: info[key] for key in expected["providerInfo"]} == expected["providerInfo"]
    assert call.context["externalUser"]["externalIdpId"] == "idp-1"
    assert call.context["externalUser"]["human"]["email"] == "old@acme.example"


def test_snake_case_is_not_there_just_as_in_v1() -> None:
    assert "preferred_username" not in read(intent("o1", "oidc")).context["providerInfo"]


def test_setters_change_the_user_to_be_added_and_nothing_else() -> None:
    payload = intent("o1", "saml")
    payload["response"]["aFieldOfNextYear"] = [1]
    before = copy.deepcopy(payload["response"])
    reply = read(payload).reply(
        [
            mutation("setFirstName", "Max"),
            mutation("setEmail", "max@acme.example"),
            mutation("setEmailVerified", True),
            METADATUM,
        ]
    )
    assert payload["response"] == before
    expected = copy.deepcopy(before)
    expected["addHumanUser"]["profile"]["givenName"] = "Max"
    expected["addHumanUser"]["email"] = {"email": "max@acme.example", "isVerified": True}
    expected["addHumanUser"]["metadata"] = [{"key": "k", "value": encoded("v")}]
    assert reply == (expected, ())


def test_preferred_username_is_the_users_and_the_name_at_the_idp() -> None:
    reply = read(intent("o1", "saml")).reply([mutation("setPreferredUsername", "max")])
    assert reply.body is not None
    assert reply.body["addHumanUser"]["username"] == "max"
    assert reply.body["addHumanUser"]["idpLinks"][0]["userName"] == "max"
    assert reply.body["idpInformation"]["userName"] == "max"
    assert reply.body["idpInformation"]["rawInformation"]


def test_empty_preferred_username_leaves_it_to_zitadel() -> None:
    reply = read(intent("o1", "saml")).reply([mutation("setPreferredUsername", "")])
    assert reply.body is not None
    assert "username" not in reply.body["addHumanUser"]
    assert reply.body["idpInformation"]["userName"] == "goofy@idp"


def test_linked_user_is_changed_where_the_version_lets_it() -> None:
    reply = read(linked(update=True)).reply([mutation("setLastName", "M"), METADATUM])
    assert reply.body is not None
    assert reply.body["updateHumanUser"]["profile"]["familyName"] == "M"
    assert reply.unsupported == ("appendMetadata",)


def test_linked_user_of_an_older_version_cannot_be_changed_and_says_so() -> None:
    call = read(linked(update=False))
    assert call.context["user"] == {"id": "231"}
    stored = {**METADATUM, "op": "setMetadata"}  # by the broker: nothing is lost
    reply = call.reply([mutation("setLastName", "M"), stored])
    assert reply == (None, ("setLastName",))


def test_nothing_set_leaves_the_response_alone() -> None:
    assert read(intent("o1", "saml")).reply([]) == (None, ())


def test_claims_of_what_is_no_id_token_are_not_there() -> None:
    assert claims_of("x") is None
    assert claims_of("a.%%.c") is None
    assert claims_of("a.W10.c") is None
    assert read(intent("o1", "oidc")).context["idTokenClaims"] == RAW


@pytest.mark.parametrize(
    ("part", "place"),
    [
        ({"idpInformation": []}, "idpInformation"),
        ({"idpInformation": {"idpId": 1}}, "idpId"),
        ({"idpInformation": {"oauth": {"accessToken": 1}}}, "accessToken"),
        ({"idpInformation": {"rawInformation": "x"}}, "rawInformation"),
        ({"addHumanUser": 1}, "addHumanUser"),
        ({"addHumanUser": {"idpLinks": [1]}}, "idpLinks"),
    ],
)
def test_wrong_type_is_named(part: dict[str, Any], place: str) -> None:
    payload = intent("o1", "saml")
    payload["response"] |= part
    with pytest.raises(PayloadError, match=place):
        read_call(payload)
