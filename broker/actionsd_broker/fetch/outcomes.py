"""What is asked of the fetch proxy, and what comes of it. Pure.

That a fetch is denied or fails is a value, with two texts: `reason` is short and for the
script; `explanation` is for the operator's log, with the rule, the hop and the addresses.
Neither holds a secret, a header, a query or a byte of a body.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum


class Denial(Enum):
    """Why a fetch was not allowed."""

    MALFORMED = "malformed"  # the URL
    METHOD = "method"
    HEADER = "header"
    NOT_ALLOWED = "not_allowed"  # by any entry
    ADDRESS = "address"
    SECRET = "secret"  # noqa: S105 - a word, not a password
    REDIRECT = "redirect"  # from https to http


class Fault(Enum):
    """Why a fetch failed."""

    RESOLVE = "resolve"
    CONNECT = "connect"
    TLS = "tls"
    TIMEOUT = "timeout"
    BUSY = "busy"  # too many fetches of the tenant at once
    CLOSED = "closed"  # before the response was complete
    PROTOCOL = "protocol"  # the response is not HTTP
    ENCODING = "encoding"  # the response's body is not in the encoding that it names
    TOO_LARGE = "too_large"
    REDIRECTS = "redirects"  # too many
    TOO_MANY = "too_many"  # fetches of one job


Header = tuple[str, str]


@dataclass(frozen=True)
class FetchRequest:
    """What a script asked for. The body's bytes are sent as they are."""

    method: str
    url: str
    headers: tuple[Header, ...] = ()
    body: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Hop:
    """One request that was made: for the log."""

    place: str  # scheme, host and port
    addresses: tuple[str, ...]
    rule: str
    status: int


@dataclass(frozen=True)
class FetchResponse:
    """What came back at last: headers as they were sent, the body decoded."""

    status: int
    headers: tuple[Header, ...] = field(repr=False)
    body: bytes = field(repr=False)
    hops: tuple[Hop, ...] = ()


@dataclass(frozen=True)
class FetchDenied:
    """The fetch was not allowed, at first or at a redirect."""

    denial: Denial
    reason: str
    explanation: str


@dataclass(frozen=True)
class FetchFailed:
    """The fetch was allowed and did not work."""

    kind: Fault
    reason: str
    explanation: str


Outcome = FetchResponse | FetchDenied | FetchFailed
