"""Where a request comes from: its id, and the trace that it is part of. Pure, but for new ids.

An id is taken from the client if it is one, so that a request has the same in its log, in
ours and in the daemon's; nothing is decided by it.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping

import msgspec
from aiohttp import web

from actionsd_client import Trace

REQUEST_ID = "X-Request-Id"
TRACE_PARENT = "traceparent"

TRACE: web.RequestKey[Trace] = web.RequestKey("trace", Trace)
"""Where a request has its trace, for every endpoint."""

CLIENT: web.RequestKey[str] = web.RequestKey("client", str)
"""Where an endpoint may leave the name of who asks, for the log."""

_NOBODY = "0" * 32, "0" * 16
"""No trace and no span, by W3C Trace Context."""


def new_id() -> str:
    """Return an id that no other request has."""
    return uuid.uuid4().hex


def read_trace(headers: Mapping[str, str]) -> Trace:
    """Return a request's trace; what is malformed counts as not there."""
    request = _read(request=headers.get(REQUEST_ID)).request
    parent = _read(parent=headers.get(TRACE_PARENT)).parent
    if parent is not None and (parent[3:35] == _NOBODY[0] or parent[36:52] == _NOBODY[1]):
        parent = None
    return Trace(request=request or new_id(), parent=parent)


def _read(**fields: str | None) -> Trace:
    try:
        return msgspec.convert(fields, Trace)
    except msgspec.ValidationError:
        return Trace()
