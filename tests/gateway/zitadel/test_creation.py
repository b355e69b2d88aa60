"""Creations: v1's context from a message, and a message with nothing changed but what was set."""

from __future__ import annotations

import json
from typing import Any

import pytest
from zitadel_calls import (
    create_message,
    encoded,
    execution,
    human_message,
    mutation,
    read,
    v1_creation,
)

from actionsd_gateway.zitadel.calls import read_call
from actionsd_gateway.zitadel.document import PayloadError

ADD = "user.v2.UserService/AddHumanUser"
CREATE = "user.v2.UserService/CreateUser"
HTTP = {"headers": {"Host": ["id.example"], "X-Forwarded-For": ["192.0.2.7"]}, "host": "id.example"}


def metadatum(op: str = "appendMetadata") -> dict[str, Any]:
    return {"action": "a", "op": op, "key": "k", "value": encoded("v")}


# Before


@pytest.mark.parametrize(
    ("method", "message"),
    [
        (ADD, human_message("o1")),
        (CREATE, create_message("o1")),
        (ADD.replace("v2", "v2beta"), human_message("o1")),
    ],
)
def test_user_about_to_be_created_is_as_v1_shows_it(method: str, message: dict[str, Any]) -> None:
    call = read(execution(method, "caller", message))
    assert call.trigger == "internal-authentication/pre-creation"
    assert call.tenant == "o1"
    human = call.context["user"]["human"]
    expected = v1_creation("o1")
    assert {**expected["user"]["human"], **human} == expected["user"]["human"]
    assert call.context["userMetadata"] == expected["userMetadata"]
    assert call.context["httpRequest"] == HTTP
    assert "Quack" not in json.dumps(call.context)


def test_link_to_an_idp_makes_it_external() -> None:
    call = read(execution(ADD, "o1", human_message("o1", external=True)))
    assert call.trigger == "external-authentication/pre-creation"


def test_tenant_is_the_organisation_of_the_message_or_else_of_the_caller() -> None:
    message = human_message("o1")
    del message["organization"]
    assert read(execution(ADD, "caller", message)).tenant == "caller"
    message["organization"] = {"orgDomain": "acme.example"}
    assert read(execution(ADD, "caller", message)).tenant is None


def test_setters_change_their_fields_and_nothing_else() -> None:
    message = {**human_message("o1"), "aField": {"ofNextYear": 12345678901234567890123}}
    before = json.dumps(message)
    reply = read(execution(ADD, "o1", message)).reply(
        [
            mutation("setFirstName", "Daisy"),
            mutation("setGender", 1),
            mutation("setPreferredLanguage", "fr"),
            mutation("setUsername", "daisy"),
            mutation("setEmail", "daisy@acme.example"),
            mutation("setEmailVerified", True),
            metadatum(),
        ]
    )
    assert reply.unsupported == ()
    expected = json.loads(before)
    expected["profile"] |= {"givenName": "Daisy", "gender": "GENDER_FEMALE"}
    expected["profile"]["preferredLanguage"] = "fr"
    expected["username"] = "daisy"
    expected["email"] = {"email": "daisy@acme.example", "isVerified": True}
    expected["metadata"].append({"key": "k", "value": encoded("v")})
    assert reply.body == expected
    assert json.dumps(message) == before


def test_setters_of_create_user_change_its_human() -> None:
    message = create_message("o1")
    reply = read(execution(CREATE, "o1", message)).reply(
        [mutation("setUsername", "u"), mutation("setLastName", "D"), metadatum("setMetadata")]
    )
    assert reply.body is not None
    assert reply.body["username"] == "u"
    assert reply.body["organizationId"] == "o1"
    assert reply.body["human"]["profile"] == {**message["human"]["profile"], "familyName": "D"}
    assert len(reply.body["human"]["metadata"]) == 2


def test_parts_that_are_missing_are_made() -> None:
    reply = read(execution(ADD, "o1", {})).reply(
        [
            mutation("setNickName", "n"),
            mutation("setPhone", "+1"),
            mutation("setPhoneVerified", False),
        ]
    )
    assert reply.body == {
        "profile": {"nickName": "n"},
        "phone": {"phone": "+1", "isVerified": False},
    }


def test_language_that_is_none_is_left_out_and_an_unknown_gender_is_its_number() -> None:
    message = human_message("o1")
    reply = read(execution(ADD, "o1", message)).reply(
        [mutation("setPreferredLanguage", "und"), mutation("setGender", 7)]
    )
    assert reply.body is not None
    assert "preferredLanguage" not in reply.body["profile"]
    assert reply.body["profile"]["gender"] == 7


def test_nothing_set_leaves_the_message_alone() -> None:
    assert read(execution(ADD, "o1", human_message("o1"))).reply([]) == (None, ())


def test_machine_runs_nothing() -> None:
    message = {"organizationId": "o1", "machine": {"name": "robot"}}
    assert read_call(execution(CREATE, "o1", message)) is None
    assert read_call(execution(CREATE, "o1", message, response={"id": "5"})) is None


@pytest.mark.parametrize(
    ("message", "place"),
    [
        ({"profile": []}, "profile"),
        ({"profile": {"givenName": 1}}, "firstName"),
        ({"profile": {"gender": "GENDER_ROBOT"}}, "gender"),
        ({"email": {"isVerified": "yes"}}, "isEmailVerified"),
        ({"metadata": [{"key": 1}]}, "metadata"),
        ({"idpLinks": "x"}, "idpLinks"),
        ({"username": 1}, "username"),
        ({"organization": "o1"}, "organization"),
        ([], "request"),
    ],
)
def test_wrong_type_is_named(message: Any, place: str) -> None:
    with pytest.raises(PayloadError, match=place):
        read_call(execution(ADD, "o1", message))


# After


def test_user_who_was_created_is_shown_with_what_is_known() -> None:
    details = {"sequence": "12", "creationDate": "2025-03-26T15:52:23Z", "resourceOwner": "o2"}
    response = {"userId": "9", "details": details}
    call = read(execution(ADD, "caller", human_message("o1"), response=response))
    assert call.trigger == "internal-authentication/post-creation"
    assert call.tenant == "o2"
    user = call.context["user"]
    assert (user["id"], user["resourceOwner"], user["sequence"]) == ("9", "o2", 12)
    assert user["username"] == "donald"
    assert user["human"]["firstName"] == "Donald"


def test_response_of_create_user_is_read_as_well() -> None:
    response = {"id": "9", "creationDate": "2025-03-26T15:52:23Z"}
    call = read(execution(CREATE, "caller", create_message("o1"), response=response))
    assert call.tenant == "o1"
    assert call.context["user"]["id"] == "9"
    message = human_message("o1", external=True)
    call = read(execution(ADD, "o1", message, response={}))
    assert call.trigger == "external-authentication/post-creation"


def test_grant_cannot_be_carried_and_says_so() -> None:
    call = read(execution(ADD, "o1", human_message("o1"), response={"userId": "9"}))
    grant = {"action": "a", "op": "appendUserGrant", "projectId": "p", "roles": []}
    assert call.reply([grant, metadatum("setMetadata")]) == (None, ("appendUserGrant",))
