"""The triggers: names, aliases, and what an action of each may change.

Source of the names and ids: spec zitadel-actions.md, 1.1; of the function names: 7.1.
"""

from __future__ import annotations

EXTERNAL_POST_AUTHENTICATION = "external-authentication/post-authentication"
EXTERNAL_PRE_CREATION = "external-authentication/pre-creation"
EXTERNAL_POST_CREATION = "external-authentication/post-creation"
INTERNAL_POST_AUTHENTICATION = "internal-authentication/post-authentication"
INTERNAL_PRE_CREATION = "internal-authentication/pre-creation"
INTERNAL_POST_CREATION = "internal-authentication/post-creation"
PRE_USERINFO = "complement-token/pre-userinfo"
PRE_ACCESS_TOKEN = "complement-token/pre-access-token"  # noqa: S105 - a trigger's name
PRE_SAML_RESPONSE = "complement-saml/pre-response"

ALIASES: dict[str, str] = {
    "1:1": EXTERNAL_POST_AUTHENTICATION,
    "1:2": EXTERNAL_PRE_CREATION,
    "1:3": EXTERNAL_POST_CREATION,
    "2:4": PRE_USERINFO,
    "2:5": PRE_ACCESS_TOKEN,
    "3:1": INTERNAL_POST_AUTHENTICATION,
    "3:2": INTERNAL_PRE_CREATION,
    "3:3": INTERNAL_POST_CREATION,
    "4:6": PRE_SAML_RESPONSE,
    "preuserinfo": PRE_USERINFO,
    "preaccesstoken": PRE_ACCESS_TOKEN,
    "presamlresponse": PRE_SAML_RESPONSE,
}
"""ZITADEL's `flow:trigger` ids and the function names of Actions v2."""

_PROFILE = {"setFirstName", "setLastName", "setNickName", "setDisplayName", "setPreferredLanguage"}
_ADDRESSES = {"setEmail", "setEmailVerified", "setPhone", "setPhoneVerified"}
_EXTERNAL = frozenset(_PROFILE | _ADDRESSES | {"setPreferredUsername", "appendMetadata"})
_CREATION = frozenset(_PROFILE | _ADDRESSES | {"setGender", "setUsername", "appendMetadata"})
_CREATED = frozenset({"appendUserGrant"})
_TOKEN = frozenset({"setClaim", "appendLogIntoClaims"})

# The draft's module `zitadel/metadata/user` can be loaded in every trigger.
_ANYWHERE = frozenset({"setMetadata"})

OPS: dict[str, frozenset[str]] = {
    EXTERNAL_POST_AUTHENTICATION: _EXTERNAL | _ANYWHERE,
    EXTERNAL_PRE_CREATION: _CREATION | _ANYWHERE,
    EXTERNAL_POST_CREATION: _CREATED | _ANYWHERE,
    INTERNAL_POST_AUTHENTICATION: frozenset({"appendMetadata"}) | _ANYWHERE,
    INTERNAL_PRE_CREATION: _CREATION | _ANYWHERE,
    INTERNAL_POST_CREATION: _CREATED | _ANYWHERE,
    PRE_USERINFO: _TOKEN | _ANYWHERE,
    PRE_ACCESS_TOKEN: _TOKEN | _ANYWHERE,
    PRE_SAML_RESPONSE: frozenset({"setCustomAttribute"}) | _ANYWHERE,
}
"""The mutations that a trigger's api can make: anything else from a worker is a forgery."""

TRIGGERS: tuple[str, ...] = tuple(OPS)
"""Every trigger, by its full name."""

RESERVED_CLAIM_PREFIX = "urn:zitadel:iam"
"""Claims below this prefix belong to the IdP; `setClaim` drops them (spec, section 4)."""


def resolve_trigger(name: str) -> str | None:
    """Return the full name of a trigger given by name or alias, or None if there is none."""
    if name in OPS:
        return name
    return ALIASES.get(name)


def log_claim(action: str) -> str:
    """Return the claim under which an action's log is put into the token (spec, section 4)."""
    return f"{RESERVED_CLAIM_PREFIX}:action:{action}:log"
