"""What every request passes through: its id, its problem if it has one, its line in the log.

The log has the route's template and never the URL: no query, no header's value but the id and
the trace, no body.
"""

from __future__ import annotations

import logging
import time
from http import HTTPStatus

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from actionsd_broker import log
from actionsd_client import Trace
from actionsd_gateway.bodies import RECEIVED
from actionsd_gateway.connection import Connection
from actionsd_gateway.figures import Figures
from actionsd_gateway.problems import Kind, Problem, problem_of
from actionsd_gateway.tracing import CLIENT, REQUEST_ID, TRACE, read_trace
from actionsd_gateway.traffic import Traffic

OPERATIONS = frozenset({"/healthz", "/readyz", "/metrics", "/openapi.json"})
"""The routes that are no jobs: answered also while the gateway drains, logged at debug only."""

UNMATCHED = "unmatched"
"""The route of what there is no route for."""

CLIENT_GONE = 499
"""The status, in the log and the figures, of a request whose sender did not wait."""


def make_front(traffic: Traffic, figures: Figures) -> Middleware:
    """Return the middleware; handlers find `request[TRACE]`, and may leave `request[CLIENT]`."""

    @web.middleware
    async def front(request: web.Request, handler: Handler) -> web.StreamResponse:
        begun = time.perf_counter()
        trace = read_trace(request.headers)
        request[TRACE] = trace
        connection, route = request.protocol, _route(request)
        if isinstance(connection, Connection):
            connection.begun()
        if route not in OPERATIONS:
            traffic.enter()
        status, sent = CLIENT_GONE, 0
        try:
            response = await _respond(request, handler, traffic, trace)
            status, sent = response.status, response.content_length or 0
        finally:
            seconds = time.perf_counter() - begun
            if route not in OPERATIONS:
                traffic.leave()
            if isinstance(connection, Connection):
                connection.ended()
            figures.note(route, request.method, status, seconds)
            _log(request, route, status, sent, seconds)
        return response

    return front


async def _respond(
    request: web.Request, handler: Handler, traffic: Traffic, trace: Trace
) -> web.StreamResponse:
    request_id = trace.request or ""
    try:
        _check_open(traffic, request)
        response = await handler(request)
    except Problem as problem:
        response = problem.respond(request_id)
    except web.HTTPException as error:
        response = problem_of(error).respond(request_id)
    except ConnectionError:
        raise  # nobody is there to be answered
    except Exception as error:  # noqa: BLE001 - one request's bug is that request's only
        log.error("internal_error", at=log.places(error), request=request_id)
        response = Problem(Kind.INTERNAL).respond(request_id)
    response.headers[REQUEST_ID] = request_id
    response.headers["Server"] = "actionsd"  # of which kind and version, is nobody's business
    if traffic.draining or response.status in _LEAVES_A_BODY:
        response.force_close()
    return response


def _check_open(traffic: Traffic, request: web.Request) -> None:
    if traffic.draining and _route(request) not in OPERATIONS:
        raise Problem(Kind.STOPPING)


_LEAVES_A_BODY = (HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.REQUEST_ENTITY_TOO_LARGE)


def _route(request: web.Request) -> str:
    resource = request.match_info.route.resource
    return UNMATCHED if resource is None else resource.canonical


def _log(request: web.Request, route: str, status: int, sent: int, seconds: float) -> None:
    trace = request[TRACE]
    fields = {
        "method": request.method if request.method.isalpha() else "other",
        "route": route,
        "status": status,
        "ms": round(seconds * 1000, 1),
        "received": request.get(RECEIVED, 0),
        "sent": sent,
        "client": request.get(CLIENT),
        "request": trace.request,
        "trace": trace.parent,
    }
    known = {name: value for name, value in fields.items() if value is not None}
    quiet = route in OPERATIONS and status < HTTPStatus.BAD_REQUEST
    log.event(logging.DEBUG if quiet else logging.INFO, "http_request", **known)
