"""Sessions: the factor that was checked, as v1 names it."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from zitadel_calls import execution

from actionsd_gateway.zitadel.calls import read_call
from actionsd_gateway.zitadel.document import PayloadError

SET = "session.v2.SessionService/SetSession"
CREATE = "session.v2.SessionService/CreateSession"


def webauthn(flags: int) -> dict[str, Any]:
    data = base64.urlsafe_b64encode(bytes(32) + bytes([flags]) + bytes(4)).decode().rstrip("=")
    return {"credentialAssertionData": {"response": {"authenticatorData": data}}}


@pytest.mark.parametrize(
    ("checks", "method"),
    [
        ({"user": {"userId": "1"}, "password": {"password": "secret-1"}}, "password"),
        ({"totp": {"code": "123456"}}, "OTP"),
        ({"otpSms": {"code": "123456"}}, "OTP SMS"),
        ({"otpEmail": {"code": "123456"}}, "OTP Email"),
        ({"recoveryCode": {"code": "123456"}}, "recovery code"),
        ({"password": {}, "totp": {}}, "OTP"),
        ({"webAuthN": webauthn(0x05)}, "passwordless"),
        ({"webAuthN": webauthn(0x01)}, "U2F"),
        ({"webAuthN": {}}, "U2F"),
        (
            {
                "webAuthN": {
                    "credentialAssertionData": {"response": {"authenticatorData": "\u00e4"}}
                }
            },
            "U2F",
        ),
    ],
)
def test_factor_has_the_name_that_v1_gives_it(checks: dict[str, Any], method: str) -> None:
    call = read_call(execution(SET, "o1", {"checks": checks}, response={}))
    assert call is not None
    assert call.trigger == "internal-authentication/post-authentication"
    assert call.tenant == "o1"
    assert call.context["authMethod"] == method
    assert "secret-1" not in str(call.context)


@pytest.mark.parametrize("checks", [None, {}, {"user": {"loginName": "x"}}, {"idpIntent": {}}])
def test_session_without_a_factor_runs_nothing(checks: Any) -> None:
    assert read_call(execution(CREATE, "o1", {"checks": checks}, response={})) is None


def test_metadata_cannot_be_carried_and_says_so() -> None:
    call = read_call(execution(SET, "o1", {"checks": {"totp": {}}}, response={}))
    assert call is not None
    assert call.reply([{"op": "appendMetadata", "key": "k", "value": ""}]) == (
        None,
        ("appendMetadata",),
    )


@pytest.mark.parametrize(
    "payload",
    [
        execution(SET, "o1", {"checks": {"totp": {}}}),
        execution("user.v2.UserService/ListUsers", "o1", {}, response={}),
        execution("org.v2.OrganizationService/AddHumanUser", "o1", {}),
        {**execution(SET, "o1", {}, response={}), "fullMethod": "AddHumanUser"},
        {"aggregateID": "1", "event_type": "user.human.added"},
        {},
    ],
)
def test_call_that_no_trigger_stands_for_is_refused(payload: dict[str, Any]) -> None:
    with pytest.raises(PayloadError):
        read_call(payload)


@pytest.mark.parametrize(
    "checks", [[], {"password": "x"}, {"user": [], "totp": {}}, {"webAuthN": 1}]
)
def test_wrong_type_is_named(checks: Any) -> None:
    with pytest.raises(PayloadError, match="expected"):
        read_call(execution(SET, "o1", {"checks": checks}, response={}))
