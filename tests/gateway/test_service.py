"""Which endpoints are where; and what they say when there is no daemon, or no time."""

from __future__ import annotations

import time

import pytest
from http_gateway import http_of, logged, running
from servers import run

from actionsd_gateway import service
from actionsd_gateway.triggers import PATH as JOBS

OPERATIONS = ("/healthz", "/readyz", "/metrics")
JOB = {"tenant": "acme", "context": {}}


@pytest.fixture(autouse=True)
def _nobody_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "CONNECT_SECONDS", 0.1)
    monkeypatch.setattr("actionsd_gateway.daemons.ASK_SECONDS", 0.1)


def test_operators_endpoints_are_beside_the_others_or_at_their_own_address() -> None:
    async def scenario() -> None:
        async with running() as gateway:
            assert len(gateway.urls) == 1
            assert [(await gateway.get(path)).status for path in OPERATIONS] == [200, 503, 200]
        async with running(http_of(operations="127.0.0.1:0")) as gateway:
            ours, theirs = gateway.urls
            assert [(await gateway.get(path)).status for path in OPERATIONS] == [200, 503, 200]
            for path in OPERATIONS:
                assert (await gateway.ask("GET", ours + path)).status == 404
            described = await gateway.ask("GET", f"{ours}/openapi.json")
            assert not set(OPERATIONS) & set(described.document["paths"])
            assert (await gateway.ask("POST", f"{theirs}/v1/triggers/a/b")).status == 404

    run(scenario())


def test_without_a_daemon_nothing_is_allowed_and_nothing_is_known() -> None:
    async def scenario() -> None:
        async with running() as gateway:
            with logged() as said:
                reply = await gateway.post(JOB)
            assert "no_result kind=unreachable reason=" in said.getvalue()
            assert (reply.status, reply.problem) == (503, "unavailable")
            assert reply.headers["Retry-After"] == "1"
            ready = await gateway.get("/readyz")
            assert (ready.status, ready.problem) == (503, "unavailable")
            figures = (await gateway.get("/metrics")).body.decode()
        assert 'actionsd_up{daemon="ipc:///nowhere/at/all"} 0.0' in figures
        assert "actionsd_jobs_waiting{" not in figures
        assert f'route="{JOBS}",status="503"}} 1.0' in figures

    run(scenario())


def test_probes_without_end_ask_once() -> None:
    async def scenario() -> None:
        async with running() as gateway:
            begun = time.monotonic()
            for _ in range(20):
                assert (await gateway.get("/readyz")).status == 503
            assert time.monotonic() - begun < 1.0  # and not twenty times 0.1 s

    run(scenario())


def test_while_draining_only_operators_are_answered() -> None:
    async def scenario() -> None:
        async with running() as gateway:
            gateway.service.traffic.draining = True
            for reply in (await gateway.post(JOB), await gateway.get("/readyz")):
                assert (reply.status, reply.problem) == (503, "stopping")
                assert reply.headers["Connection"] == "close"
            assert (await gateway.get("/healthz")).status == 200

    run(scenario())
