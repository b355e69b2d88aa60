"""What is asked next when a response says to ask elsewhere. Pure.

Methods change as in Go's client, whose behaviour scripts know from ZITADEL.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from http import HTTPStatus

from actionsd_broker.fetch.headers import for_another_origin, values_of, without_body
from actionsd_broker.fetch.outcomes import Header
from actionsd_broker.fetch.target import MalformedUrlError, Target, follow_location

MAX_REDIRECTS = 5

_ASK_AGAIN = (HTTPStatus.TEMPORARY_REDIRECT, HTTPStatus.PERMANENT_REDIRECT)
_GET_INSTEAD = (HTTPStatus.MOVED_PERMANENTLY, HTTPStatus.FOUND, HTTPStatus.SEE_OTHER)


@dataclass(frozen=True)
class Outgoing:
    """A request without its target; secrets are still placeholders."""

    method: str
    headers: tuple[Header, ...] = field(default=(), repr=False)
    body: bytes | None = field(default=None, repr=False)


def location_of(status: int, headers: tuple[Header, ...]) -> str | None:
    """Return where a response redirects to, None if it is the last one.

    Raises MalformedUrlError if it names two places.
    """
    if status not in _ASK_AGAIN and status not in _GET_INSTEAD:
        return None
    locations = set(values_of(headers, "location"))
    if len(locations) > 1:
        raise MalformedUrlError("a redirect names two places")
    return locations.pop() if locations and "" not in locations else None


def follow(
    outgoing: Outgoing, target: Target, status: int, location: str
) -> tuple[Target, Outgoing]:
    """Return the next target and what to ask of it; raises MalformedUrlError."""
    following = follow_location(target, location)
    if status in _GET_INSTEAD and outgoing.method not in ("GET", "HEAD"):
        outgoing = Outgoing("GET", without_body(outgoing.headers))
    if following.origin != target.origin:
        outgoing = replace(outgoing, headers=for_another_origin(outgoing.headers))
    return following, outgoing


def is_downgrade(target: Target, following: Target) -> bool:
    """Say whether a redirect would give TLS up."""
    return target.scheme == "https" and following.scheme != "https"
