"""`POST /zitadel/{instance}`: where the targets of ZITADEL's Actions v2 call."""

from __future__ import annotations

from collections.abc import Mapping

from aiohttp import web

from actionsd_gateway.bodies import read_body
from actionsd_gateway.jobs import Jobs
from actionsd_gateway.problems import Kind, Problem
from actionsd_gateway.tracing import CLIENT, TRACE
from actionsd_gateway.zitadel.outcome import Answer
from actionsd_gateway.zitadel.signature import HEADER
from actionsd_gateway.zitadel.target import Target


def routes(targets: Mapping[str, Target], jobs: Jobs, body_seconds: float) -> list[web.RouteDef]:
    """Return the endpoint's route; `targets` are the instances by name (`make_targets`)."""

    async def call(request: web.Request) -> web.Response:
        target = targets.get(request.match_info["instance"])
        if target is None:
            raise Problem(Kind.NOT_FOUND)
        request[CLIENT] = request.match_info["instance"]
        body = await read_body(request, body_seconds)
        # Several headers of a name are one, with commas; a signature's parts have commas, too.
        headers = request.headers.getall(HEADER, [])
        trace = request.get(TRACE)
        return _response(await target.answer(",".join(headers), body, jobs, trace))

    return [web.post("/zitadel/{instance}", call)]


def _response(answer: Answer) -> web.Response:
    return web.Response(
        status=answer.status,
        body=answer.body,
        content_type=answer.content_type if answer.body else None,
    )
