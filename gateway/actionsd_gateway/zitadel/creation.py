"""Users that are created: before, the message may be changed; after, it is done. Pure.

`AddHumanUser` and `CreateUser` (spec, 7.10). v1 has these triggers twice, for users who come
from another IdP and for those who do not: links to an IdP in the message tell them apart.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from actionsd_gateway.zitadel.call import Call, Mutation, Reply
from actionsd_gateway.zitadel.document import PayloadError
from actionsd_gateway.zitadel.http_request import http_request
from actionsd_gateway.zitadel.human import (
    HumanDraft,
    is_external,
    organization,
    read_human,
)
from actionsd_gateway.zitadel.metadata import read_metadata
from actionsd_gateway.zitadel.parts import checked, given, member, text
from actionsd_protocol import context, triggers


def read_pre_creation(payload: Mapping[str, Any], *, inner: bool) -> Call | None:
    """Return the job of a user about to be created; None for a machine, as in v1.

    `inner` says that the human is a part of the message, as in `CreateUser`.
    """
    message = member(payload, "request") or {}
    human = member(message, "human") if inner else message
    if human is None:
        return None
    external = is_external(human)
    document = given(
        user=given(username=text(message, "username"), human=read_human(human)),
        userMetadata=read_metadata(human, "metadata"),
        httpRequest=http_request(payload),
    )
    trigger = triggers.EXTERNAL_PRE_CREATION if external else triggers.INTERNAL_PRE_CREATION
    tenant = organization(message, payload)
    return Call(trigger, tenant, document, _changes(message, human, inner=inner))


def read_post_creation(payload: Mapping[str, Any], *, inner: bool) -> Call | None:
    """Return the job of a user who was created; None for a machine, as in v1."""
    message, answer = member(payload, "request") or {}, member(payload, "response") or {}
    human = member(message, "human") if inner else message
    if human is None:
        return None
    external = is_external(human)
    details = member(answer, "details") or {}
    created = text(details, "creationDate") or text(answer, "creationDate")
    tenant = text(details, "resourceOwner") or organization(message, payload)
    user = given(
        id=text(answer, "userId") or text(answer, "id"),
        resourceOwner=tenant,
        creationDate=created,
        changeDate=text(details, "changeDate") or created,
        sequence=_number(details.get("sequence")),
        username=text(message, "username"),
        human=read_human(human),
    )
    checked(user, context.User, "response")
    trigger = triggers.EXTERNAL_POST_CREATION if external else triggers.INTERNAL_POST_CREATION
    document = given(user=user, httpRequest=http_request(payload))
    return Call(trigger, tenant, document, nothing_changes)


def nothing_changes(mutations: Sequence[Mutation]) -> Reply:
    """Return the reply where no message can carry anything.

    What an action set by `setMetadata` is no loss: our store has it, as the context brings no
    metadata of ZITADEL's.
    """
    return Reply(None, tuple(m["op"] for m in mutations if m["op"] != "setMetadata"))


def _changes(
    message: Mapping[str, Any], human: Mapping[str, Any], *, inner: bool
) -> Callable[[Sequence[Mutation]], Reply]:
    def reply(mutations: Sequence[Mutation]) -> Reply:
        draft, unsupported, username = HumanDraft(human), [], None
        for mutation in mutations:
            if mutation["op"] == "setUsername":
                username = mutation["value"]
            elif not draft.change(mutation):
                unsupported.append(mutation["op"])
        if len(unsupported) == len(mutations):
            return Reply(None, tuple(unsupported))
        body = {**message, "human": draft.holder} if inner else draft.holder
        if username is not None:
            body["username"] = username
        return Reply(body, tuple(unsupported))

    return reply


def _number(value: Any) -> int | None:
    """Return a 64 bit integer, which is a text in protojson."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= 20:
        return int(value)
    if value is None or (isinstance(value, int) and not isinstance(value, bool)):
        return value
    raise PayloadError("sequence: an integer expected")
