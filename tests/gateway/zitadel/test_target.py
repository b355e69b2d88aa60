"""What a call is answered, whatever becomes of its job."""

from __future__ import annotations

import asyncio
import json
import logging
from typing import Any

import pytest
from servers import run, until
from zitadel import SIGNING_KEY, sign
from zitadel_calls import execution, function, human_message
from zitadel_gateway import ENVIRON, table

from actionsd_broker.errors import ConfigError
from actionsd_client import AsyncClient, Result, Trace
from actionsd_gateway.jobs import Fault, FaultKind, Jobs
from actionsd_gateway.zitadel.outcome import Answer
from actionsd_gateway.zitadel.target import Target, make_targets
from actionsd_protocol.errors import FailureKind
from actionsd_protocol.result import JobFailure, Timing

NOW = 1_760_000_000.0
TIMING = Timing(0, 0, 0)
CLAIM = {"action": "a", "op": "setClaim", "key": "k", "value": "a-secret-value"}


def result(*mutations: dict[str, Any]) -> Result:
    return Result("succeeded", None, [], list(mutations), [], TIMING)


def failed(kind: FailureKind) -> Result:
    return Result("failed", JobFailure(kind, "internal text", "a"), [], [CLAIM], [], TIMING)


class Answers(Jobs):
    """Jobs that end as the test says; with a gate, not before it opens."""

    def __init__(self, *ends: Result | Fault, gate: asyncio.Event | None = None) -> None:
        super().__init__(AsyncClient("ipc:///nowhere"), 1)
        self.ends = list(ends)
        self.gate = gate
        self.asked: list[tuple[str, str, Any]] = []

    async def run(self, trigger: str, tenant: str, context: bytes, **_: Any) -> Result | Fault:
        self.asked.append((trigger, tenant, json.loads(context)))
        if self.gate is not None:
            await self.gate.wait()
        return self.ends.pop(0) if len(self.ends) > 1 else self.ends[0]


def make(now: list[float] | None = None, **more: Any) -> Target:
    clock = [NOW] if now is None else now
    tables = {"main": table(**more)}
    made = make_targets(tables, ENVIRON, unix=lambda: clock[0], monotonic=lambda: 0.0)
    return made["main"]


PAYLOAD = function("preuserinfo", "o1")


def ask(target: Target, jobs: Jobs, payload: Any = PAYLOAD, at: float = NOW) -> Any:
    body = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    return target.answer(sign(body, SIGNING_KEY, at=at), body, jobs, Trace("req-1"))


def answer(jobs: Jobs, payload: Any = PAYLOAD, **more: Any) -> Answer:
    async def scenario() -> Answer:
        given: Answer = await ask(make(**more), jobs, payload)
        return given

    return run(scenario())


SCRIPTS_FAULT = [
    FailureKind.SCRIPT_THREW,
    FailureKind.SYNTAX_ERROR,
    FailureKind.MISSING_FUNCTION,
    FailureKind.TIMEOUT,
    FailureKind.CPU_LIMIT,
    FailureKind.MEMORY_LIMIT,
    FailureKind.OUTPUT_LIMIT,
    FailureKind.INVALID_VALUE,
    FailureKind.MODULE_NOT_FOUND,
    FailureKind.FETCH_DENIED,
    FailureKind.FETCH_FAILED,
    FailureKind.METADATA_FAILED,
]


@pytest.mark.parametrize("kind", FailureKind)
def test_no_failure_is_an_allow_and_an_actions_is_told_apart_from_ours(kind: FailureKind) -> None:
    given = answer(Answers(failed(kind)))
    assert b"internal text" not in given.body
    if kind in SCRIPTS_FAULT:
        assert given.status == 200
        assert json.loads(given.body) == {
            "forwardedStatusCode": 403,
            "forwardedErrorMessage": "the request was refused by an action",
        }
    else:
        assert given.status >= 500


@pytest.mark.parametrize(
    ("kind", "status"),
    [(FaultKind.UNREACHABLE, 503), (FaultKind.TIMEOUT, 504), (FaultKind.REFUSED, 500)],
)
def test_fault_of_ours_is_a_5xx(kind: FaultKind, status: int) -> None:
    given = answer(Answers(Fault(kind, "ipc:///run/secret-place")))
    assert given.status == status
    assert b"secret-place" not in given.body


def test_status_and_message_of_a_refusal_are_the_operators() -> None:
    refusal = answer(
        Answers(failed(FailureKind.SCRIPT_THREW)), failure_status=401, failure_message="No."
    )
    assert json.loads(refusal.body) == {
        "forwardedStatusCode": 401,
        "forwardedErrorMessage": "No.",
    }


def test_tenant_is_the_callers_organisation_or_the_default() -> None:
    jobs = Answers(result())
    answer(jobs)
    answer(jobs, {"function": "function/preuserinfo"}, default_tenant="everybody")
    assert [tenant for _, tenant, _ in jobs.asked] == ["o1", "everybody"]


@pytest.mark.parametrize("name", [None, "x" * 201])
def test_call_without_a_usable_organisation_is_refused(name: str | None) -> None:
    jobs = Answers(result())
    payload = {"function": "function/preuserinfo", "org": {"id": name}}
    assert answer(jobs, payload).status == 400
    assert not jobs.asked


@pytest.mark.parametrize("body", [b"", b"[]", b'{"a":1,"a":2}', b"\xff", b'{"a":' * 10_000])
def test_malformed_body_is_a_400(body: bytes) -> None:
    assert answer(Answers(result()), body).status == 400


def test_context_that_the_daemon_would_not_take_is_a_400() -> None:
    payload = function("preuserinfo", "o1", userinfo={"x": "y" * (4 * 2**20)})
    jobs = Answers(result())
    assert answer(jobs, payload).status == 400
    assert not jobs.asked


GRANT = {"action": "a", "op": "appendUserGrant", "projectId": "p", "roles": []}


def test_what_cannot_be_carried_is_logged_by_its_op(events: list[logging.LogRecord]) -> None:
    method = "user.v2.UserService/AddHumanUser"
    payload = execution(method, "o1", human_message("o1"), response={"userId": "1"})
    refused = answer(Answers(result(GRANT)), payload)
    dropped = answer(Answers(result(GRANT)), payload, unsupported="drop")
    assert b"forwardedStatusCode" in refused.body
    assert dropped == Answer(200)
    fields = [record.__dict__["fields"] for record in events]
    assert [(f["ops"], f["done"]) for f in fields] == [
        ("appendUserGrant", "fail"),
        ("appendUserGrant", "drop"),
    ]


def test_log_has_names_and_no_values(events: list[logging.LogRecord]) -> None:
    answer(Answers(result(CLAIM)))
    answer(Answers(failed(FailureKind.SCRIPT_THREW)))
    answer(Answers(Fault(FaultKind.TIMEOUT, "x")))
    answer(Answers(result()), b'{"password": "a-secret-value"}')
    logged = str([record.__dict__.get("fields") for record in events])
    assert "a-secret-value" not in logged
    assert "minnie" not in logged
    assert logged.count("req-1") == 3


# Calls that come again


def test_same_call_at_the_same_time_runs_once() -> None:
    async def scenario() -> None:
        jobs = Answers(result(CLAIM), gate=asyncio.Event())
        target = make()
        asked = [asyncio.create_task(ask(target, jobs)) for _ in range(5)]
        await until(lambda: bool(jobs.asked))
        asked[0].cancel()  # whoever asked first went away
        await asyncio.sleep(0)
        assert jobs.gate is not None
        jobs.gate.set()
        answers = await asyncio.gather(*asked[1:])
        assert len(jobs.asked) == 1
        assert len({each.body for each in answers}) == 1
        assert b"a-secret-value" in answers[0].body
        assert await ask(target, jobs) == answers[0]
        assert len(jobs.asked) == 1

    run(scenario())


def test_same_call_later_is_refused_and_runs_nothing() -> None:
    async def scenario() -> None:
        now = [NOW]
        jobs, target = Answers(result(CLAIM)), make(now)
        await ask(target, jobs)
        for now[0] in (NOW + 5, NOW + 299):
            assert (await ask(target, jobs)).status == 409
        now[0] = NOW + 301
        assert (await ask(target, jobs)).status == 401
        assert len(jobs.asked) == 1

    run(scenario())


def test_same_call_after_a_fault_of_ours_is_tried_anew() -> None:
    async def scenario() -> None:
        jobs, target = Answers(Fault(FaultKind.UNREACHABLE, ""), result(CLAIM)), make()
        assert (await ask(target, jobs)).status == 503
        assert (await ask(target, jobs)).status == 200
        assert len(jobs.asked) == 2

    run(scenario())


def test_call_that_is_signed_anew_runs_anew() -> None:
    async def scenario() -> None:
        jobs, target = Answers(result(CLAIM)), make()
        await ask(target, jobs, at=NOW)
        await ask(target, jobs, at=NOW - 1)
        assert len(jobs.asked) == 2

    run(scenario())


# At start


@pytest.mark.parametrize(
    ("more", "named"),
    [
        ({"signing_keys": [{"env": "NOT_THERE"}]}, r"signing_keys\[0\].*NOT_THERE"),
        ({"payload": "jwt"}, "payload: jwt needs"),
        (
            {"payload": "jwt", "jwks_file": "/no/such"},
            "jwks_file: /no/such: No such file",
        ),
        (
            {
                "payload": "jwe",
                "jwks_url": "https://id.example/keys",
                "jwe_keys": [{"env": "ZITADEL_KEY"}],
            },
            r"jwe_keys\[0\]",
        ),
    ],
)
def test_mistake_of_the_configuration_is_named(more: dict[str, Any], named: str) -> None:
    with pytest.raises(ConfigError, match=rf"http\.zitadel\.main\.{named}"):
        make(**more)
