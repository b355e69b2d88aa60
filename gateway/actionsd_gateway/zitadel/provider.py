"""`ctx.v1.providerInfo` of what an external IdP said (spec, 2.10 and 7.12). Pure.

v1 shows an action the Go struct of the provider, v2 sends what the IdP itself said. Which
provider it was is not sent along: SAML and LDAP are known by what came with it, OpenID Connect
by an id_token and a `sub` (Azure AD has the one, and what its Graph says has not the other),
and whatever else speaks OAuth gets the names of all those structs.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from actionsd_gateway.zitadel.parts import member, text

# From where a run begins, and once: the names are the IdP's, and may be all underscores.
_UNDERSCORE = re.compile(r"(?<!_)_++([a-zA-Z0-9])")

_OIDC: dict[str, tuple[str, Any]] = {
    "subject": ("sub", ""),
    "name": ("name", ""),
    "givenName": ("given_name", ""),
    "familyName": ("family_name", ""),
    "middleName": ("middle_name", ""),
    "nickname": ("nickname", ""),
    "profile": ("profile", ""),
    "picture": ("picture", ""),
    "website": ("website", ""),
    "gender": ("gender", ""),
    "birthdate": ("birthdate", ""),
    "zoneinfo": ("zoneinfo", ""),
    "locale": ("locale", None),
    "updatedAt": ("updated_at", None),
    "preferredUsername": ("preferred_username", ""),
    "email": ("email", ""),
    "emailVerified": ("email_verified", False),
    "phoneNumber": ("phone_number", ""),
    "phoneNumberVerified": ("phone_number_verified", False),
    "address": ("address", None),
}
"""The struct's field, what the IdP calls it, and its zero value. Not snake_case, as in v1."""


def provider_info(information: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return the provider's user, None where the IdP said nothing."""
    raw = member(information, "rawInformation")
    if raw is None:
        return None
    oauth = member(information, "oauth")
    if oauth is None:
        return _struct(raw)
    if text(oauth, "idToken") and "sub" in raw:
        return _oidc(raw)
    raw = member(raw, "RawInfo") or raw  # as ZITADEL stores the user of a generic provider
    return {**_struct(raw), "rawInfo": raw}


def _oidc(raw: dict[str, Any]) -> dict[str, Any]:
    fields = {
        field: zero if raw.get(claim) is None else raw[claim]
        for field, (claim, zero) in _OIDC.items()
    }
    return {**fields, "claims": raw}


def _struct(raw: dict[str, Any]) -> dict[str, Any]:
    """Return the raw user under the names that the fields of Go's structs have in an action."""
    return {_field(name): value for name, value in raw.items()}


def _field(name: str) -> str:
    if name.lower() == "id":
        return "iD"  # only the first letter of a Go name is made small
    name = _UNDERSCORE.sub(lambda match: match[1].upper(), name)
    return name[:1].lower() + name[1:]
