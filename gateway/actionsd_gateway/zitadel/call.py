"""What a call of ZITADEL's comes to: a job, and how its mutations become a reply. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple, TypeAlias

Mutation: TypeAlias = Mapping[str, Any]
"""`{"action", "op", ...}`, as in a result."""


class Reply(NamedTuple):
    """What mutations come to.

    body         the reply document; None leaves everything as it is
    unsupported  the ops of those that no reply of this kind can carry
    """

    body: dict[str, Any] | None
    unsupported: tuple[str, ...] = ()


class Call(NamedTuple):
    """A job that a call asks for.

    trigger  its full name
    tenant   the organisation in the call, None where it names none
    context  the context document (spec, section 2)
    reply    makes the reply of the job's mutations
    """

    trigger: str
    tenant: str | None
    context: dict[str, Any]
    reply: Callable[[Sequence[Mutation]], Reply]
