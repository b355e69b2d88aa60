"""The triggers: names, aliases, and what an action of each may change.

Source of the names and ids: spec zitadel-actions.md, 1.1; of the function names: 7.1.
"""

from __future__ import annotations

PRE_USERINFO = "complement-token/pre-userinfo"
PRE_ACCESS_TOKEN = "complement-token/pre-access-token"  # noqa: S105 - a trigger's name

TRIGGERS: tuple[str, ...] = (PRE_USERINFO, PRE_ACCESS_TOKEN)
"""Every trigger that this version runs, by its full name."""

ALIASES: dict[str, str] = {
    "2:4": PRE_USERINFO,
    "preuserinfo": PRE_USERINFO,
    "2:5": PRE_ACCESS_TOKEN,
    "preaccesstoken": PRE_ACCESS_TOKEN,
}
"""ZITADEL's `flow:trigger` ids and the function names of Actions v2."""

_TOKEN_OPS = frozenset({"setClaim", "appendLogIntoClaims", "setMetadata"})

OPS: dict[str, frozenset[str]] = {PRE_USERINFO: _TOKEN_OPS, PRE_ACCESS_TOKEN: _TOKEN_OPS}
"""The mutations that a trigger's api can make: anything else from a worker is a forgery."""

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
