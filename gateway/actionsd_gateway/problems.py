"""What the gateway says when there is no result: problem documents (RFC 9457).

A problem's `type` is stable and is what clients go by; `detail` is for people. Neither ever
has anything of ours in it: no exception's text, no path, no address.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from http import HTTPStatus

import msgspec
from aiohttp import web
from msgspec import Struct

CONTENT_TYPE = "application/problem+json"
_PREFIX = "urn:actionsd:problem:"

RETRY_SECONDS = 1
"""What `Retry-After` says where trying again may help."""


class Kind(Enum):
    """Every problem there is: its name, status and title."""

    MALFORMED = ("malformed", 400, "The request cannot be read")
    UNAUTHORIZED = ("unauthorized", 401, "A valid bearer token is needed")
    FORBIDDEN = ("forbidden", 403, "The client may not do this")
    NOT_FOUND = ("not-found", 404, "There is nothing here")
    UNKNOWN_TRIGGER = ("unknown-trigger", 404, "There is no such trigger")
    METHOD_NOT_ALLOWED = ("method-not-allowed", 405, "This takes other methods")
    TOO_SLOW = ("too-slow", 408, "The request took too long to come")
    TOO_LARGE = ("too-large", 413, "The request's body is too large")
    MEDIA_TYPE = ("media-type", 415, "The body is of a type that is not taken here")
    INVALID = ("invalid", 422, "The request is not what is expected here")
    OVERLOADED = ("overloaded", 429, "Too many jobs are waiting")
    INTERNAL = ("internal", 500, "The gateway or the daemon failed")
    UNAVAILABLE = ("unavailable", 503, "The daemon cannot be reached")
    QUEUE_TIMEOUT = ("queue-timeout", 503, "The job waited too long for a worker")
    STOPPING = ("stopping", 503, "The gateway is shutting down")
    TIMEOUT = ("timeout", 504, "The job did not end in time")

    def __init__(self, slug: str, status: int, title: str) -> None:
        self.slug = slug
        self.type = _PREFIX + slug
        self.status = status
        self.title = title


_RETRY = frozenset({Kind.OVERLOADED, Kind.UNAVAILABLE, Kind.QUEUE_TIMEOUT, Kind.STOPPING})


class ProblemDocument(Struct, frozen=True):
    """A problem as JSON. `request_id` is what the log has it by."""

    type: str
    title: str
    status: int
    detail: str
    request_id: str


class Problem(Exception):  # noqa: N818 - the name that the standard gives it
    """Raised, or made a response of, where a request has no result."""

    def __init__(
        self, kind: Kind, detail: str = "", headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(kind.slug)
        self.kind = kind
        self.detail = detail or kind.title
        self.headers = dict(headers or {})
        if kind in _RETRY:
            self.headers["Retry-After"] = str(RETRY_SECONDS)

    def respond(self, request_id: str) -> web.Response:
        """Return it as a response."""
        kind = self.kind
        document = ProblemDocument(kind.type, kind.title, kind.status, self.detail, request_id)
        return web.Response(
            status=kind.status,
            body=msgspec.json.encode(document),
            content_type=CONTENT_TYPE,
            headers=self.headers,
        )


_BY_STATUS = {
    HTTPStatus.NOT_FOUND: Kind.NOT_FOUND,
    HTTPStatus.METHOD_NOT_ALLOWED: Kind.METHOD_NOT_ALLOWED,
    HTTPStatus.REQUEST_TIMEOUT: Kind.TOO_SLOW,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: Kind.TOO_LARGE,
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: Kind.MEDIA_TYPE,
}


def problem_of(error: web.HTTPException) -> Problem:
    """Return what aiohttp raises as a problem of ours."""
    if error.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return Problem(Kind.INTERNAL)
    kind = _BY_STATUS.get(HTTPStatus(error.status), Kind.MALFORMED)
    allow = error.headers.get("Allow")
    return Problem(kind, headers=None if allow is None else {"Allow": allow})
