"""Whom a function call is about: ZITADEL's structs, as an action's context has them. Pure.

What ZITADEL sends is snake_case (spec, 7.6). Its documentation shows the grants in camelCase,
which other parsers follow: both spellings are read, the source's first.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from actionsd_gateway.zitadel.parts import checked, member, members, renamed, text
from actionsd_protocol import context

_CAPITAL = re.compile(r"[A-Z]")


def _snake(name: str) -> str:
    return _CAPITAL.sub(lambda letter: "_" + letter[0].lower(), name)


def _names(struct: Any, **others: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    fields: tuple[str, ...] = struct.__struct_encode_fields__
    return {name: others.get(name, (_snake(name),)) for name in fields}


def _both(names: Iterable[str], **others: str) -> dict[str, tuple[str, ...]]:
    return {name: (others.get(name, _snake(name)), name) for name in names}


_USER = _names(context.User)
_HUMAN = _names(context.Human)
_MACHINE = _names(context.Machine)
_ACTOR = _names(context.Actor)
_APPLICATION = _names(context.Application, clientId=("client_id",))
_ORG = {"id": ("id",), "name": ("name",), "primaryDomain": ("primary_domain",)}
_GRANT = _both(
    context.Grant.__struct_encode_fields__,
    projectGrantId="grant_id",
    userGrantResourceOwner="resource_owner",
    userGrantResourceOwnerName="org_name",
)


def user(payload: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return the payload's user, None where it has none."""
    source = member(payload, "user")
    if source is None:
        return None
    found = renamed(source, _USER)
    for half, names in (("human", _HUMAN), ("machine", _MACHINE)):
        part = member(source, half)
        if part is not None:
            found[half] = renamed(part, names)
    checked(found, context.User, "user")
    return found


def tenant(payload: Mapping[str, Any]) -> str | None:
    """Return the organisation that the user belongs to (spec, 1.3)."""
    for part, key in (("user", "resource_owner"), ("org", "id")):
        holder = member(payload, part)
        found = None if holder is None else text(holder, key)
        if found is not None:
            return found
    return None


def grants(payload: Mapping[str, Any]) -> list[dict[str, Any]] | None:
    """Return the user's grants, None where there are none: an action sees `null` there too."""
    sources = members(payload, "user_grants")
    found = [renamed(source, _GRANT) for source in sources]
    checked(found, list[context.Grant], "user_grants")
    return found or None


def org(payload: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return the user's organisation."""
    source = member(payload, "org")
    return None if source is None else renamed(source, _ORG)


def application(payload: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return the application that asks for the token."""
    source = member(payload, "application")
    if source is None:
        return None
    found = renamed(source, _APPLICATION)
    checked(found, context.Application, "application")
    return found


def actor(payload: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return the delegation chain, outermost actor first."""
    source = member(payload, "actor")
    if source is None:
        return None
    found = renamed(source, _ACTOR)
    inner = actor(source)
    if inner is not None:
        found["actor"] = inner
    checked(found, context.Actor, "actor")
    return found
