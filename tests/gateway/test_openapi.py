"""The OpenAPI document is what the gateway does: tried with a real daemon, right and wrong."""

from __future__ import annotations

import asyncio
import copy
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import AsyncExitStack
from typing import Any

import jsonschema_rs
import pytest
from daemon import Daemon
from http_gateway import AUTHORIZED, http_of
from hypothesis import HealthCheck, Phase, given, settings

from actionsd_broker.http_config import HttpConfig
from actionsd_gateway.openapi import describe
from actionsd_gateway.server import start
from actionsd_gateway.triggers import PATH

DOCUMENT = describe(HttpConfig())


def narrowed() -> dict[str, Any]:
    """Return the document for one flow: most pairs of a flow and a trigger are none (404)."""
    document = copy.deepcopy(DOCUMENT)
    _, _, flow, trigger = document["paths"][PATH]["post"]["parameters"]
    flow["schema"]["enum"] = ["complement-token"]
    trigger["schema"]["enum"] = ["pre-userinfo", "pre-access-token"]
    return document


def whole_numbers(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: whole_numbers(each) for key, each in value.items()}
    if isinstance(value, list):
        return [whole_numbers(each) for each in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


@pytest.fixture(scope="module")
def url(daemon: Daemon) -> Iterator[str]:
    """A gateway on a thread, with the module's daemon behind it."""
    urls: list[str] = []
    started, stop = threading.Event(), asyncio.Event()
    loop = asyncio.new_event_loop()

    async def serve() -> None:
        async with AsyncExitStack() as stack:
            _, where = await start(stack, http_of(), (daemon.endpoint,))
            urls.extend(where)
            started.set()
            await stop.wait()

    thread = threading.Thread(target=loop.run_until_complete, args=[serve()])
    thread.start()
    assert started.wait(20)
    yield urls[0]
    loop.call_soon_threadsafe(stop.set)
    thread.join()
    loop.close()


SETTINGS = settings(
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.mark.parametrize(("mode", "examples"), [("positive", 20), ("negative", 40)])
def test_gateway_answers_as_the_document_says(url: str, mode: str, examples: int) -> None:
    # Here, as its import takes seconds of CPU, in each process that collects tests.
    import schemathesis  # noqa: PLC0415 - see above
    from schemathesis.generation import GenerationMode  # noqa: PLC0415 - see above

    seen: Counter[int] = Counter()
    for result in schemathesis.openapi.from_dict(narrowed()).get_all_operations():
        operation = result.ok()  # type: ignore[union-attr] # if it is none, this fails as it should
        if mode == "negative" and operation.method != "post":
            continue  # whatever is sent, these answer

        def check(case: schemathesis.Case[Any]) -> None:
            # To JSON Schema 2.0 is an integer as 2 is; we take the latter only, and say so.
            case.body = whole_numbers(case.body)
            response = case.call_and_validate(base_url=url, headers=AUTHORIZED)
            seen[response.status_code] += 1

        few = settings(SETTINGS, max_examples=examples if operation.method == "post" else 5)
        cases = operation.as_strategy(generation_mode=GenerationMode(mode))
        few(given(cases)(check))()
    assert seen[200 if mode == "positive" else 422] > 2, seen


def references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if "$ref" in node:
            yield node["$ref"]
        for value in node.values():
            yield from references(value)
    elif isinstance(node, list):
        for value in node:
            yield from references(value)


def test_document_is_whole() -> None:
    schemas = DOCUMENT["components"]["schemas"]
    named = {reference.removeprefix("#/components/schemas/") for reference in references(DOCUMENT)}
    assert named <= set(schemas)
    assert {"JobRequest", "JobResult", "Context", "Action", "SetClaim"} <= named | set(schemas)
    for schema in schemas.values():
        jsonschema_rs.meta.validate(schema)


def test_example_of_the_documentation_is_a_request() -> None:
    schema = {"$ref": "#/components/schemas/JobRequest", "components": DOCUMENT["components"]}
    validator = jsonschema_rs.Draft202012Validator(schema)
    assert validator.is_valid({"tenant": "acme", "context": {"user": {"id": "1"}}})
    assert not validator.is_valid({"tenant": "acme", "context": {"usr": {}}})


def test_operators_endpoints_are_described_where_they_are() -> None:
    assert "/metrics" in DOCUMENT["paths"]
    assert "/metrics" not in describe(HttpConfig(operations="127.0.0.1:1"))["paths"]
