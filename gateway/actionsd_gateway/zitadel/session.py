"""Factors that were checked for a session: `CreateSession` and `SetSession` (7.10, 7.13). Pure.

v1 runs its actions after each factor, whether it was right or wrong; here there is one call
for all factors that came together, and none where one was wrong. Nothing in the response can
be changed by an action.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from typing import Any

from actionsd_gateway.zitadel.call import Call
from actionsd_gateway.zitadel.creation import nothing_changes
from actionsd_gateway.zitadel.http_request import http_request
from actionsd_gateway.zitadel.parts import given, member, text
from actionsd_protocol import triggers

_METHODS = {
    "password": "password",
    "totp": "OTP",
    "otpSms": "OTP SMS",
    "otpEmail": "OTP Email",
    "recoveryCode": "recovery code",
}
"""Checks of the API, and `authMethod` of v1 (spec, 2.5), in the order of a login."""

_FLAGS_AT = 32
_USER_VERIFIED = 0x04
"""Authenticator data of WebAuthn: 32 bytes of hash, then the flags."""


def read_session(payload: Mapping[str, Any]) -> Call | None:
    """Return the job of the factors that were checked; None where there were none.

    The tenant is the organisation of the call, as a session's own is not in it.
    """
    request = member(payload, "request") or {}
    checks = member(request, "checks") or {}
    method = _method(checks)
    if method is None:
        return None
    found = text(member(checks, "user") or {}, "userId")
    document = given(
        authMethod=method,
        user=None if found is None else {"id": found},
        httpRequest=http_request(payload),
    )
    tenant = text(payload, "orgID")
    return Call(triggers.INTERNAL_POST_AUTHENTICATION, tenant, document, nothing_changes)


def _method(checks: Mapping[str, Any]) -> str | None:
    """Return the method of the last factor, as v1's last run would have it."""
    webauthn = member(checks, "webAuthN")
    if webauthn is not None:
        return "passwordless" if _is_user_verified(webauthn) else "U2F"
    methods = [method for check, method in _METHODS.items() if member(checks, check) is not None]
    return methods[-1] if methods else None


def _is_user_verified(webauthn: Mapping[str, Any]) -> bool:
    """Say whether the authenticator verified its user, as it does in place of a password."""
    response = member(member(webauthn, "credentialAssertionData") or {}, "response") or {}
    encoded = text(response, "authenticatorData") or ""
    try:
        data = base64.urlsafe_b64decode(encoded.rstrip("=") + "=" * (-len(encoded) % 4))
    except (binascii.Error, ValueError):
        return False
    return len(data) > _FLAGS_AT and bool(data[_FLAGS_AT] & _USER_VERIFIED)
