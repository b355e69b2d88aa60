"""The endpoint in the gateway: what is limited before a signature is looked at, and its log."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from http_gateway import Line, http_of, logged, running
from servers import run
from zitadel import SIGNING_KEY, Zitadel, sign
from zitadel_calls import function
from zitadel_gateway import ENVIRON, table

from actionsd_broker.errors import ConfigError
from actionsd_gateway.service import Service

BODY = json.dumps(function("preuserinfo", "acme")).encode()
PATH = "/zitadel/main"


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in ENVIRON.items():
        monkeypatch.setenv(name, value)


def headers() -> dict[str, str]:
    return {"ZITADEL-Signature": sign(BODY, SIGNING_KEY)}  # now: it is good for minutes only


def http(**more: Any) -> Any:
    return http_of(zitadel={"main": table()}, **more)


def test_call_without_a_daemon_is_a_fault_and_logged_with_its_request() -> None:
    async def scenario() -> None:
        async with running(http()) as gateway:
            more = {**headers(), "X-Request-Id": "req-7"}
            assert (await gateway.post(BODY, PATH, headers=more)).status == 503

    with logged() as log:
        run(scenario())
    (line,) = [line for line in log.getvalue().splitlines() if "zitadel_call_failed" in line]
    assert "kind=unreachable" in line
    assert "request=req-7" in line
    assert "minnie" not in log.getvalue()


def test_unknown_instance_and_method_are_problems() -> None:
    async def scenario() -> None:
        async with running(http()) as gateway:
            assert (await gateway.post(BODY, "/zitadel/other", headers=headers())).status == 404
            assert (await gateway.get(PATH)).status == 405

    run(scenario())


def test_body_for_an_instance_that_is_not_there_is_not_waited_for() -> None:
    async def scenario() -> None:
        async with running(http()) as gateway:
            line = await Line.open(gateway.urls[0])
            await line.send("POST /zitadel/other HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n")
            assert (await line.reply()).status == 404
            await line.close()

    run(scenario())


def test_body_that_is_too_large_or_too_slow_is_refused() -> None:
    async def drop_by_drop() -> AsyncIterator[bytes]:
        yield BODY[:100]
        await asyncio.Event().wait()

    async def scenario() -> None:
        async with running(http(body_kib=2048, body_seconds=0.2)) as gateway:
            assert (await gateway.post(b" " * (2048 * 1024 + 1), PATH)).status == 413
            two_megabytes = BODY + b" " * 2_000_000
            signed = {"ZITADEL-Signature": sign(two_megabytes, SIGNING_KEY)}
            assert (await gateway.post(two_megabytes, PATH, headers=signed)).status == 503
            zitadel = Zitadel(gateway.urls[0] + PATH)
            status, _ = await zitadel.send(gateway._session, drop_by_drop(), "t=1")
            assert status == 408

    run(scenario())


def test_key_that_is_not_there_keeps_the_gateway_from_starting(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("ZITADEL_KEY")

    async def scenario() -> None:
        with pytest.raises(ConfigError, match=r"signing_keys\[0\]: the environment has no"):
            Service(http(), ("ipc:///nowhere",))

    run(scenario())
