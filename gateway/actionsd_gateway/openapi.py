"""The OpenAPI document, made from the types that requests are read and results written by."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, get_args

import msgspec
from aiohttp import web

from actionsd_broker.http_config import HttpConfig
from actionsd_gateway import triggers
from actionsd_gateway.problems import CONTENT_TYPE, Kind, ProblemDocument
from actionsd_protocol import __version__
from actionsd_protocol.context import Context, Time
from actionsd_protocol.result import JobResult
from actionsd_protocol.triggers import TRIGGERS

PATH = "/openapi.json"

_REF = "#/components/schemas/{name}"

_OF_ANY = (Kind.MALFORMED, Kind.INTERNAL)

_OF_TRIGGERS = (
    Kind.UNAUTHORIZED,
    Kind.FORBIDDEN,
    Kind.UNKNOWN_TRIGGER,
    Kind.TOO_SLOW,
    Kind.TOO_LARGE,
    Kind.MEDIA_TYPE,
    Kind.INVALID,
    Kind.OVERLOADED,
    Kind.UNAVAILABLE,
    Kind.TIMEOUT,
)


def routes(http: HttpConfig) -> list[web.RouteDef]:
    """Return the endpoint."""
    body = msgspec.json.encode(describe(http))

    async def document(_: web.Request) -> web.Response:
        return web.Response(body=body, content_type="application/json")

    return [web.get(PATH, document)]


def describe(http: HttpConfig) -> dict[str, Any]:
    """Return the document; the operator's endpoints are in it if they are beside the others."""
    paths = {triggers.PATH: {"post": _describe_triggers(http)}, PATH: {"get": _describe_self()}}
    if http.operations is None:
        paths |= _describe_operations()
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "actionsd",
            "version": __version__,
            "summary": "Runs ZITADEL-style JavaScript actions for an identity provider",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "paths": paths,
        "components": {
            "schemas": _schemas(),
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


def _describe_triggers(http: HttpConfig) -> dict[str, Any]:
    flows = sorted({name.split("/")[0] for name in TRIGGERS})
    names = sorted({name.split("/")[1] for name in TRIGGERS})
    return {
        "operationId": "runTrigger",
        "summary": "Run a tenant's actions for a trigger",
        "description": (
            "Answers 200 also where an action failed: `outcome` says so. A body may have "
            f"{http.body_kib} KiB. `actions` need a client that may send them. "
            "An integer is written without a fraction."
        ),
        "security": [{"token": []}],
        "parameters": [
            *_headers(),
            _parameter("flow", {"type": "string", "enum": flows}),
            _parameter("trigger", {"type": "string", "enum": names}),
        ],
        "requestBody": {"required": True, "content": _json("JobRequest")},
        "responses": {
            "200": {**_response("What became of the job"), "content": _json("JobResult")},
            **_problems((*_OF_ANY, *_OF_TRIGGERS)),
        },
    }


def _describe_self() -> dict[str, Any]:
    content = {"application/json": {"schema": {"type": "object"}}}
    return _read("openapi", "This document", content, _OF_ANY)


def _describe_operations() -> dict[str, Any]:
    status = {"type": "object", "required": ["status"], "properties": {"status": _TEXT}}
    state = {"application/json": {"schema": status}}
    return {
        "/healthz": {"get": _read("health", "The gateway lives", state, _OF_ANY)},
        "/readyz": {
            "get": _read("ready", "A worker does jobs", state, (*_OF_ANY, Kind.UNAVAILABLE))
        },
        "/metrics": {
            "get": _read("metrics", "Figures", {"text/plain": {"schema": _TEXT}}, _OF_ANY)
        },
    }


_TEXT = {"type": "string"}


def _read(name: str, summary: str, content: Any, kinds: Iterable[Kind]) -> dict[str, Any]:
    return {
        "operationId": name,
        "summary": summary,
        "parameters": _headers(),
        "responses": {"200": {**_response(summary), "content": content}, **_problems(kinds)},
    }


def _problems(kinds: Iterable[Kind]) -> dict[str, Any]:
    content = {CONTENT_TYPE: {"schema": {"$ref": _REF.format(name="ProblemDocument")}}}
    responses = {}
    for kind in kinds:
        same = [each.type for each in Kind if each.status == kind.status]
        text = f"{kind.title}. Type: {' or '.join(same)}"
        responses[str(kind.status)] = {**_response(text), "content": content}
    return responses


def _response(text: str) -> dict[str, Any]:
    header = {"description": "As it was sent, or made", "schema": _TEXT, "required": True}
    return {"description": text, "headers": {"X-Request-Id": header}}


def _headers() -> list[dict[str, Any]]:
    # What is not of this form counts as not sent: so any text is taken.
    about = {"X-Request-Id": "An id for the logs", "traceparent": "W3C Trace Context"}
    return [
        {"name": name, "in": "header", "schema": _TEXT, "description": text}
        for name, text in about.items()
    ]


def _parameter(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "in": "path", "required": True, "schema": schema}


def _json(name: str) -> dict[str, Any]:
    return {"application/json": {"schema": {"$ref": _REF.format(name=name)}}}


def _schemas() -> dict[str, Any]:
    types = [triggers.JobRequest, Context, JobResult, ProblemDocument]
    _, schemas = msgspec.json.schema_components(types, ref_template=_REF)
    # Kept as text in the request's type, so that it is passed on as it came.
    schemas["JobRequest"]["properties"]["context"] = {"$ref": _REF.format(name="Context")}
    portable: dict[str, Any] = _portable(schemas)
    return portable


_END = re.compile(r"\\Z")

_DAY = r"((0[13578]|1[02])-(0[1-9]|[12]\d|3[01])|(0[469]|11)-(0[1-9]|[12]\d|30)|02-(0[1-9]|[12]\d))"
_CLOCK = r"([01]\d|2[0-3]):[0-5]\d"
_TIME_PATTERN = rf"^(\d{{4}}-{_DAY}[Tt]{_CLOCK}:[0-5]\d(\.\d{{1,9}})?([Zz]|[+-]{_CLOCK}))?$"
"""What a worker takes for a time; the type in `context` asks for its form only."""


def _portable(schema: Any) -> Any:
    """Return a schema with its patterns as JSON Schema has them: their end is a `$`."""
    if isinstance(schema, dict):
        return {
            key: _pattern(value) if key == "pattern" else _portable(value)
            for key, value in schema.items()
        }
    if isinstance(schema, list):
        return [_portable(each) for each in schema]
    return schema


def _pattern(value: Any) -> Any:
    if not isinstance(value, str):
        return _portable(value)  # something of ours that is called so
    return _TIME_PATTERN if value == get_args(Time)[1].pattern else _END.sub("$", value)
