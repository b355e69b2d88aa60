"""A human in ZITADEL's API messages, read for an action and changed by its setters. Pure.

The messages are `AddHumanUserRequest`, `CreateUserRequest` with its `human`, and
`UpdateHumanUserRequest`, as protojson: zero values are left out, an enum is its name (or its
number), bytes are base64, and of a oneof there may be one member only.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from actionsd_gateway.zitadel.call import Mutation
from actionsd_gateway.zitadel.document import PayloadError
from actionsd_gateway.zitadel.parts import checked, given, member, members, renamed, text
from actionsd_protocol import context

_GENDERS = ("GENDER_UNSPECIFIED", "GENDER_FEMALE", "GENDER_MALE", "GENDER_DIVERSE")
_VERIFICATIONS = ("sendCode", "returnCode", "isVerified")  # a oneof

_PROFILE = {
    "firstName": ("givenName",),
    "lastName": ("familyName",),
    "nickName": ("nickName",),
    "displayName": ("displayName",),
    "preferredLanguage": ("preferredLanguage",),
}
_PROFILE_SETTERS = {
    "setFirstName": "givenName",
    "setLastName": "familyName",
    "setNickName": "nickName",
    "setDisplayName": "displayName",
}
_CONTACT_SETTERS = {
    "setEmail": ("email", "email"),
    "setEmailVerified": ("email", "isVerified"),
    "setPhone": ("phone", "phone"),
    "setPhoneVerified": ("phone", "isVerified"),
}


def read_human(holder: Mapping[str, Any]) -> dict[str, Any]:
    """Return the human half of a user (spec, 2.9), of a message that has a human's fields."""
    profile = member(holder, "profile") or {}
    email, phone = member(holder, "email") or {}, member(holder, "phone") or {}
    human = given(
        **renamed(profile, _PROFILE),
        gender=_gender(profile.get("gender")),
        email=email.get("email"),
        isEmailVerified=email.get("isVerified"),
        phone=phone.get("phone"),
        isPhoneVerified=phone.get("isVerified"),
    )
    checked(human, context.Human, "human")
    return human


def is_external(holder: Mapping[str, Any]) -> bool:
    """Say whether a human comes from another IdP: whether links to one are created with it."""
    return bool(members(holder, "idpLinks"))


def organization(message: Mapping[str, Any], payload: Mapping[str, Any]) -> str | None:
    """Return the organisation that a user is created in: the message's, or else the caller's.

    None where the message has its domain only, which nobody here can look up.
    """
    named = text(message, "organizationId")
    of_message = member(message, "organization")
    if named is None and of_message:
        return text(of_message, "orgId")
    return named or text(payload, "orgID")


def _gender(value: Any) -> int | None:
    if value is None or (isinstance(value, int) and not isinstance(value, bool)):
        return value
    if value in _GENDERS:
        return _GENDERS.index(value)
    raise PayloadError("gender: unknown")


class HumanDraft:
    """A message's human, to be changed: a copy, so far as it is changed."""

    def __init__(self, holder: Mapping[str, Any], *, with_metadata: bool = True) -> None:
        self.holder = dict(holder)
        self._with_metadata = with_metadata

    def change(self, mutation: Mutation) -> bool:
        """Apply a setter or an entry of metadata; False if the message has no place for it."""
        op = mutation["op"]
        if op in _PROFILE_SETTERS:
            self._part("profile")[_PROFILE_SETTERS[op]] = mutation["value"]
        elif op == "setGender":
            self._part("profile")["gender"] = _gender_name(mutation["value"])
        elif op == "setPreferredLanguage":
            self._set_language(mutation["value"])
        elif op in _CONTACT_SETTERS:
            self._set_contact(*_CONTACT_SETTERS[op], mutation["value"])
        elif op in ("appendMetadata", "setMetadata") and self._with_metadata:
            entry = {"key": mutation["key"], "value": mutation["value"]}
            self.holder["metadata"] = [*members(self.holder, "metadata"), entry]
        else:
            return False
        return True

    def _part(self, name: str) -> dict[str, Any]:
        part = dict(member(self.holder, name) or {})
        self.holder[name] = part
        return part

    def _set_language(self, value: str) -> None:
        profile = self._part("profile")
        if value == "und":  # Go's text for no language; the message leaves it out
            profile.pop("preferredLanguage", None)
        else:
            profile["preferredLanguage"] = value

    def _set_contact(self, name: str, key: str, value: object) -> None:
        part = self._part(name)
        if key == "isVerified":
            for other in _VERIFICATIONS:
                part.pop(other, None)
        part[key] = value


def _gender_name(number: int) -> str | int:
    return _GENDERS[number] if 0 <= number < len(_GENDERS) else number
