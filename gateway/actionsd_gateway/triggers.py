"""The generic endpoint: `POST /v1/triggers/{flow}/{trigger}`, for any IdP."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

import msgspec
from aiohttp import web
from msgspec import Meta, Raw, Struct

from actionsd_broker import log
from actionsd_client import Action, Result
from actionsd_gateway.bodies import check_json, read_body
from actionsd_gateway.clients import Client, Clients
from actionsd_gateway.faults import problem_of
from actionsd_gateway.jobs import Fault, Jobs
from actionsd_gateway.problems import Kind, Problem
from actionsd_gateway.tracing import CLIENT, TRACE
from actionsd_protocol.context import Context
from actionsd_protocol.messages import MAX_ACTIONS, Name
from actionsd_protocol.triggers import TRIGGERS

PATH = "/v1/triggers/{flow}/{trigger}"

MAX_CONTEXT_BYTES = 4 * 2**20
"""Of one context document (docs/protocol.md)."""


class JobRequest(Struct, frozen=True, forbid_unknown_fields=True):
    """A request's body: whose job it is, its context document, and its actions.

    Without actions, those are run that the registry binds to the tenant's trigger.
    """

    tenant: Name
    context: Raw
    actions: Annotated[list[Action], Meta(max_length=MAX_ACTIONS)] | None = None


_REQUEST = msgspec.json.Decoder(JobRequest)
_CONTEXT = msgspec.json.Decoder(Context)


def routes(clients: Clients, jobs: Jobs, body_seconds: float) -> list[web.RouteDef]:
    """Return the endpoint."""

    async def run(request: web.Request) -> web.Response:
        client = clients.authenticate(request.headers.get("Authorization"))
        request[CLIENT] = client.name
        trigger = _trigger(request)
        client.check_trigger(trigger)
        check_json(request)
        job = read_request(await read_body(request, body_seconds), client)
        trace = request[TRACE]
        outcome = await jobs.run(
            trigger, job.tenant, bytes(job.context), actions=job.actions, trace=trace
        )
        problem = problem_of(outcome)
        if problem is not None:
            if problem.kind.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
                log.warning("no_result", **_reason(outcome), request=trace.request)
            raise problem
        return web.Response(body=msgspec.json.encode(outcome), content_type="application/json")

    return [web.post(PATH, run)]


def read_request(body: bytes, client: Client) -> JobRequest:
    """Return the job that a body asks for; raises Problem: 400, 403, 413 or 422."""
    try:
        body.isascii() or body.decode()  # what is passed over is not looked into
        job = _REQUEST.decode(body)
        _check_context(job.context)
    except msgspec.ValidationError as error:
        raise Problem(Kind.INVALID, str(error)) from None
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise Problem(Kind.MALFORMED, "the body is not JSON in UTF-8") from None
    except RecursionError:
        raise Problem(Kind.INVALID, "the body is nested too deeply") from None
    client.check_tenant(job.tenant)
    if job.actions is not None:
        client.check_inline()
    if len(job.context) > MAX_CONTEXT_BYTES:
        detail = f"a context may have {MAX_CONTEXT_BYTES} bytes"
        raise Problem(Kind.TOO_LARGE, detail)
    return job


def _check_context(context: Raw) -> None:
    # Read by the types, and sent on as it came: numbers keep every digit.
    try:
        _CONTEXT.decode(context)
    except msgspec.ValidationError as error:
        raise Problem(Kind.INVALID, f"context: {error}") from None


def _reason(outcome: Result | Fault) -> dict[str, str]:
    if isinstance(outcome, Fault):
        return {"kind": outcome.kind.value, "reason": log.said(outcome.detail)}
    return {} if outcome.error is None else {"kind": outcome.error.kind.value}


def _trigger(request: web.Request) -> str:
    name = f"{request.match_info['flow']}/{request.match_info['trigger']}"
    if name not in TRIGGERS:
        raise Problem(Kind.UNKNOWN_TRIGGER, f"there is: {', '.join(TRIGGERS)}")
    return name
