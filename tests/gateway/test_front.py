"""What every response and every line of the log has, and has not."""

from __future__ import annotations

from collections.abc import Coroutine
from typing import Any

import pytest
from http_gateway import NARROW_TOKEN, TOKEN, logged, running
from servers import run

from actionsd_gateway.triggers import PATH

PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


def run_logged(scenario: Coroutine[Any, Any, None]) -> str:
    with logged() as text:
        run(scenario)
    return text.getvalue()


def line_of(said: str, request: str) -> str:
    [line] = [line for line in said.splitlines() if f"request={request}" in line]
    return line


def test_id_of_a_request_is_echoed_and_logged_with_its_trace() -> None:
    async def scenario() -> None:
        async with running() as gateway:
            headers = {"X-Request-Id": "req-1", "traceparent": PARENT}
            reply = await gateway.post(b"{", headers=headers)
        assert reply.headers["X-Request-Id"] == reply.document["request_id"] == "req-1"
        assert "aiohttp" not in reply.headers["Server"]

    said = run_logged(scenario())
    line = line_of(said, "req-1")
    assert f" info http_request method=POST route={PATH} status=400 ms=" in line
    assert " received=1 sent=" in line
    assert line.endswith(f"client=idp request=req-1 trace={PARENT}")


def test_log_has_no_query_no_token_and_no_body() -> None:
    async def scenario() -> None:
        async with running() as gateway:
            body = {"tenant": "t", "context": {"accessToken": "secret-body"}}
            for path in ("/secret-path?secret-query", f"{PATH}?secret-query"):
                await gateway.post(body, path=path)
            await gateway.ask("SECRETMETHOD", gateway.urls[0] + "/healthz")
            await gateway.post(body, headers={"Authorization": "Bearer secret-token"})
            reply = await gateway.post(body, headers={"Authorization": f"Bearer {NARROW_TOKEN}"})
            assert reply.problem == "forbidden"

    said = run_logged(scenario())
    assert (said.count("http_request"), said.count("http_refused")) == (4, 1)
    assert "route=unmatched" in said
    for secret in ("secret-", TOKEN, NARROW_TOKEN):
        assert secret not in said


def test_what_operators_ask_is_logged_at_debug_only() -> None:
    async def scenario() -> None:
        async with running() as gateway:
            await gateway.get("/healthz", headers={"X-Request-Id": "req-2"})

    said = run_logged(scenario())
    assert " debug http_request " in line_of(said, "req-2")


@pytest.mark.parametrize(
    ("method", "path", "status", "problem"),
    [
        ("GET", "/nowhere", 404, "not-found"),
        ("GET", "/v1/triggers/complement-token", 404, "not-found"),
        ("GET", "/v1/triggers/complement-token/pre-userinfo", 405, "method-not-allowed"),
        ("POST", "/healthz", 405, "method-not-allowed"),
        ("POST", "/v1/triggers/no/such", 401, "unauthorized"),
    ],
)
def test_what_there_is_not_is_a_problem(method: str, path: str, status: int, problem: str) -> None:
    async def scenario() -> None:
        async with running() as gateway:
            reply = await gateway.ask(method, gateway.urls[0] + path)
        assert (reply.status, reply.problem) == (status, problem)
        assert ("Allow" in reply.headers) == (status == 405)
        assert ("WWW-Authenticate" in reply.headers) == (status == 401)

    run(scenario())


def test_bug_of_ours_is_an_internal_problem_without_its_words(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("secret-words")

    monkeypatch.setattr("actionsd_gateway.triggers.read_request", fail)

    async def scenario() -> None:
        async with running() as gateway:
            reply = await gateway.post({}, headers={"X-Request-Id": "req-3"})
        assert (reply.status, reply.problem) == (500, "internal")
        assert b"secret-words" not in reply.body

    said = run_logged(scenario())
    assert 'error internal_error at="RuntimeError < test_front.py line' in said
    assert "secret-words" not in said
