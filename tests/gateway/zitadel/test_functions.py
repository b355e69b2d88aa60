"""Function calls become the context that v1 would have shown, and mutations its lists."""

from __future__ import annotations

from typing import Any

import pytest
from zitadel_calls import (
    METADATA,
    USERINFO,
    function,
    read,
    v1_grants,
    v1_token,
    v1_user,
    v2_grants,
)

from actionsd_gateway.zitadel.calls import read_call
from actionsd_gateway.zitadel.document import PayloadError

CLAIM = {"action": "a", "op": "setClaim", "key": "k", "value": [1]}
LOG = {"action": "a", "op": "appendLogIntoClaims", "key": "x", "value": ["one", "two"]}
METADATUM = {"action": "a", "op": "setMetadata", "key": "m", "value": "MQ=="}
ATTRIBUTE = {
    "action": "a",
    "op": "setCustomAttribute",
    "name": "n",
    "nameFormat": "",
    "values": ["v"],
}


@pytest.mark.parametrize(
    ("name", "trigger"),
    [
        ("preuserinfo", "complement-token/pre-userinfo"),
        ("preaccesstoken", "complement-token/pre-access-token"),
    ],
)
def test_token_has_all_that_v1_had_and_zitadel_sends(name: str, trigger: str) -> None:
    call = read(function(name, "o1"))
    assert call.trigger == trigger
    assert call.tenant == "o1"
    assert call.context == v1_token("o1")


def test_grants_are_read_in_both_spellings() -> None:
    documented = function("preuserinfo", "o1", user_grants=v2_grants("o1", documented=True))
    assert read(documented).context["userGrants"] == v1_grants("o1")


def test_where_both_spellings_differ_the_sources_counts() -> None:
    grant = {"id": "g", "project_id": "source", "projectId": "documented"}
    call = read(function("preuserinfo", "o1", user_grants=[grant]))
    assert call.context["userGrants"] == [{"id": "g", "projectId": "source"}]


def test_saml_has_user_and_grants() -> None:
    call = read(function("presamlresponse", "o1"))
    assert call.trigger == "complement-saml/pre-response"
    assert call.tenant == "o1"
    assert call.context == {"user": v1_user("o1"), "userGrants": v1_grants("o1")}


def test_parts_that_are_left_out_read_as_v1_has_them() -> None:
    call = read({"function": "function/preuserinfo"})
    assert call.tenant is None
    # No grants are null; no metadata are an empty list, which our store does not fill.
    assert call.context == {"claims": {}, "userMetadata": []}


def test_machine_is_a_machine() -> None:
    user = {"id": "1", "resource_owner": "o1", "machine": {"name": "robot", "description": "d"}}
    call = read(function("preaccesstoken", "o1", user=user))
    assert call.context["user"]["machine"] == {"name": "robot", "description": "d"}


def test_organisation_is_the_tenant_where_the_user_names_none() -> None:
    assert read({"function": "function/preuserinfo", "org": {"id": "o2"}}).tenant == "o2"


@pytest.mark.parametrize(
    ("more", "place"),
    [
        ({"user": []}, "user"),
        ({"user": {"id": 5}}, "user"),
        ({"user": {"resource_owner": {}}}, "user"),
        ({"user": {"human": {"email": ["x"]}}}, "human.email"),
        ({"user": {"creation_date": "yesterday"}}, "creationDate"),
        ({"user_grants": {}}, "user_grants"),
        ({"user_grants": [{"roles": "admin"}]}, "roles"),
        ({"user_metadata": [{"key": "k", "value": "%%"}]}, "value"),
        ({"user_metadata": [{"value": ""}]}, "key"),
        ({"userinfo": "x"}, "userinfo"),
        ({"application": {"client_id": 1}}, "clientId"),
        ({"actor": {"actor": {"actor": 1}}}, "actor"),
        ({"response": []}, "response"),
        ({"response": {"append_claims": 1}}, "append_claims"),
    ],
)
def test_wrong_type_is_named(more: dict[str, Any], place: str) -> None:
    with pytest.raises(PayloadError, match=place):
        read_call(function("preuserinfo", "o1", **more))


@pytest.mark.parametrize("name", ["preotpsmscode", "", "preuserinfo\n"])
def test_other_functions_are_refused(name: str) -> None:
    with pytest.raises(PayloadError, match="function"):
        read_call({"function": f"function/{name}"})


def test_mutations_of_a_token_become_its_lists() -> None:
    reply = read(function("preuserinfo", "o1")).reply([METADATUM, CLAIM, LOG, LOG])
    assert reply.unsupported == ()
    assert reply.body == {
        "set_user_metadata": [{"key": "m", "value": "MQ=="}],
        "append_claims": [{"key": "k", "value": [1]}],
        "append_log_claims": ["one", "two", "one", "two"],
    }


def test_mutations_of_saml_become_its_lists() -> None:
    reply = read(function("presamlresponse", "o1")).reply([ATTRIBUTE, METADATUM])
    assert reply.body == {
        "append_attribute": [{"name": "n", "name_format": "", "value": ["v"]}],
        "set_user_metadata": [{"key": "m", "value": "MQ=="}],
    }


def test_nothing_to_say_is_an_empty_reply() -> None:
    assert read(function("preuserinfo", "o1")).reply([]) == (None, ())


def test_what_earlier_targets_said_is_kept_and_seen() -> None:
    said: dict[str, list[Any]] = {
        "append_claims": [
            {"key": "first", "value": 1},
            {"key": "first", "value": 2},
            {"key": "sub", "value": "x"},
        ],
        "append_log_claims": ["before"],
    }
    call = read(function("preuserinfo", "o1", response=said, user_metadata=METADATA))
    assert call.context["claims"] == {**USERINFO, "first": 1}
    reply = call.reply([CLAIM])
    assert reply.body == {
        "append_claims": [*said["append_claims"], {"key": "k", "value": [1]}],
    }


def test_op_that_has_no_list_is_named() -> None:
    reply = read(function("presamlresponse", "o1")).reply([CLAIM, ATTRIBUTE])
    assert reply.unsupported == ("setClaim",)
    assert reply.body is not None


def test_more_grants_than_anybody_has_are_refused_before_they_are_looked_at() -> None:
    payload = {**function("preuserinfo", "acme"), "user_grants": [{}] * 10_001}
    with pytest.raises(PayloadError, match="user_grants: 10001 items, 10000 are allowed"):
        read_call(payload)
