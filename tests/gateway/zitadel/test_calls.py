"""Whatever is in a payload: it is a job with a sound context, nothing, or refused by name."""

from __future__ import annotations

import copy
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from zitadel_calls import create_message, execution, function, human_message, intent

from actionsd_gateway.zitadel.calls import read_call
from actionsd_gateway.zitadel.document import PayloadError, read_document, write_document
from actionsd_protocol.context import check_context

ADD = "user.v2.UserService/AddHumanUser"
CREATE = "user.v2.UserService/CreateUser"
SET = "session.v2.SessionService/SetSession"
DETAILS = {"sequence": "12", "creationDate": "2025-03-26T15:52:23Z", "resourceOwner": "o2"}

PAYLOADS: list[dict[str, Any]] = [
    function("preuserinfo", "o1", response={"append_claims": [{"key": "a", "value": 1}]}),
    function("presamlresponse", "o1"),
    execution(ADD, "o1", human_message("o1", external=True)),
    execution(ADD, "o1", human_message("o1"), response={"userId": "1", "details": DETAILS}),
    execution(CREATE, "o1", create_message("o1")),
    execution(SET, "o1", {"checks": {"user": {"userId": "1"}, "totp": {}}}, response={}),
    intent("o1", "saml"),
    intent("o1", "oidc"),
]

MUTATIONS: list[dict[str, Any]] = [
    {"action": "a", "op": "setClaim", "key": "k", "value": None},
    {"action": "a", "op": "appendLogIntoClaims", "key": "k", "value": ["x"]},
    {"action": "a", "op": "setMetadata", "key": "k", "value": "MQ=="},
    {"action": "a", "op": "appendMetadata", "key": "k", "value": "MQ=="},
    {"action": "a", "op": "setCustomAttribute", "name": "n", "nameFormat": "", "values": []},
    {"action": "a", "op": "appendUserGrant", "projectId": "p", "projectGrantId": "", "roles": []},
    *(
        {"action": "a", "op": f"set{name}", "value": "x"}
        for name in (
            "FirstName",
            "LastName",
            "NickName",
            "DisplayName",
            "PreferredLanguage",
            "PreferredUsername",
            "Username",
            "Email",
            "Phone",
        )
    ),
    {"action": "a", "op": "setEmailVerified", "value": True},
    {"action": "a", "op": "setPhoneVerified", "value": True},
    {"action": "a", "op": "setGender", "value": -5},
]

ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**30), 10**30)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=4,
)


def places(document: Any) -> list[tuple[Any, Any]]:
    """Return every place in a document, as its holder and key."""
    keys: Any = ()
    if isinstance(document, dict):
        keys = list(document)
    elif isinstance(document, list):
        keys = range(len(document))
    return [(document, key) for key in keys] + [p for key in keys for p in places(document[key])]


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(PAYLOADS), st.data())
def test_payload_with_anything_in_its_places_is_read_or_refused(
    payload: dict[str, Any], data: st.DataObject
) -> None:
    payload = copy.deepcopy(payload)
    for _ in range(data.draw(st.integers(1, 3))):
        holder, key = data.draw(st.sampled_from(places(payload)))
        holder[key] = data.draw(ANYTHING)
    payload = read_document(write_document(payload))
    before = copy.deepcopy(payload)
    try:
        call = read_call(payload)
    except PayloadError:
        return
    if call is not None:
        check_context(write_document(call.context))
        write_document(call.reply(MUTATIONS).body)
        write_document(call.reply(MUTATIONS[:1]).body)
    assert payload == before
