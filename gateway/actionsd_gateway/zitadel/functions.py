"""The function calls: tokens, userinfo and SAML responses (spec, 7.6 to 7.8). Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from actionsd_gateway.zitadel import subject
from actionsd_gateway.zitadel.call import Call
from actionsd_gateway.zitadel.document import PayloadError
from actionsd_gateway.zitadel.metadata import read_metadata
from actionsd_gateway.zitadel.parts import given, member, members
from actionsd_gateway.zitadel.replies import SAML, TOKEN, Fields
from actionsd_protocol import triggers

_TRIGGERS = {
    "function/preuserinfo": triggers.PRE_USERINFO,
    "function/preaccesstoken": triggers.PRE_ACCESS_TOKEN,
    "function/presamlresponse": triggers.PRE_SAML_RESPONSE,
}


def read_function(payload: Mapping[str, Any]) -> Call:
    """Return the job of a function call; raises PayloadError."""
    trigger = _TRIGGERS.get(str(payload["function"]))
    if trigger is None:
        raise PayloadError(f"function: none that actions run for; there is: {', '.join(_TRIGGERS)}")
    saml = trigger == triggers.PRE_SAML_RESPONSE
    fields = Fields(SAML if saml else TOKEN, member(payload, "response") or {})
    context = _saml(payload) if saml else _token(payload)
    return Call(trigger, subject.tenant(payload), context, fields.reply)


def _token(payload: Mapping[str, Any]) -> dict[str, Any]:
    return given(
        claims=_claims(payload),
        user=subject.user(payload),
        # There even where it is empty: the user's metadata are ZITADEL's, and not our store's.
        userMetadata=read_metadata(payload, "user_metadata"),
        userGrants=subject.grants(payload),
        org=subject.org(payload),
        application=subject.application(payload),
        actor=subject.actor(payload),
    )


def _saml(payload: Mapping[str, Any]) -> dict[str, Any]:
    # Without metadata, which ZITADEL does not send here: our store has what actions stored.
    return given(user=subject.user(payload), userGrants=subject.grants(payload))


def _claims(payload: Mapping[str, Any]) -> dict[str, Any]:
    """Return the claims as they are so far: those of targets before this one, too."""
    claims = dict(member(payload, "userinfo") or {})
    for claim in members(member(payload, "response") or {}, "append_claims"):
        key = claim.get("key")
        # As ZITADEL will apply them: the first who sets a claim wins, and null is no claim.
        if isinstance(key, str) and claims.get(key) is None:
            claims[key] = claim.get("value")
    return claims
