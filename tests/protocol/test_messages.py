"""Messages: names on the wire, directions, limits, immutability."""

from __future__ import annotations

from typing import get_args

import msgspec
import pytest

from actionsd_protocol import messages as m

TAGS = {
    m.Hello: "hello",
    m.Submit: "submit",
    m.Inquire: "inquire",
    m.Scale: "scale",
    m.Disable: "disable",
    m.Enable: "enable",
    m.Goodbye: "goodbye",
    m.Welcome: "welcome",
    m.Result: "result",
    m.Told: "told",
    m.Fault: "fault",
    m.Ready: "ready",
    m.Report: "report",
    m.Fetch: "fetch",
    m.GetMetadata: "get_metadata",
    m.SetMetadata: "set_metadata",
    m.Assign: "assign",
    m.Answer: "answer",
    m.Stop: "stop",
}
STEP = {"name": "f", "script": "0" * 32, "timeout": 1.0, "allowed_to_fail": False, "fresh": False}
ASSIGN = {"job": 1, "trigger": "x", "steps": [STEP], "scripts": {}, "forget": [], "check": False}
READY = {"pid": 1, "v8": "14", "layers": []}
REPORT = {"job": 1, "spans": []}


def test_every_message_has_the_type_that_the_page_names() -> None:
    assert {kind: kind.__struct_config__.tag for kind in m.Message.__subclasses__()} == TAGS


def test_every_message_belongs_to_one_direction() -> None:
    directions = (m.ClientToBroker, m.BrokerToClient, m.WorkerToBroker, m.BrokerToWorker)
    members = [kind for direction in directions for kind in get_args(direction)]
    assert len(members) == len(set(members))
    assert set(members) == set(TAGS)


def test_questions_and_their_answers_have_payloads() -> None:
    jobs = {m.Submit, m.Result, m.Assign, m.Report}
    assert jobs | {m.Told, m.Fetch, m.SetMetadata, m.Answer} == m.HAS_PAYLOAD


@pytest.mark.parametrize("kind", TAGS, ids=lambda kind: kind.__name__)
def test_unknown_fields_are_refused(kind: type[m.Message]) -> None:
    assert kind.__struct_config__.forbid_unknown_fields


def test_message_cannot_be_changed() -> None:
    with pytest.raises(AttributeError, match="immutable"):
        m.Hello(client="a").client = "b"  # type: ignore[misc] # as mypy says too


def test_action_and_step_have_the_same_limits_and_defaults() -> None:
    action = m.Action(name="f", script="s")
    step = m.Step(name="f", script="0" * 32, allowed_to_fail=False, fresh=False)
    assert action.limits() == step.limits() == msgspec.to_builtins(m.Limits())
    assert action.limits() == {
        "timeout": 20.0,
        "cpu": 5.0,
        "memory": 128,
        "output": 2**20,
        "mutations": 1000,
        "logs": 1000,
    }


LEAST_AND_MOST: dict[str, tuple[float, float]] = {
    "timeout": (0.001, 20),
    "cpu": (0.001, 20),
    "memory": (16, 512),
    "output": (0, 2**21),
    "mutations": (0, 10_000),
    "logs": (0, 10_000),
}


@pytest.mark.parametrize("name", LEAST_AND_MOST)
def test_limit_has_bounds(name: str) -> None:
    least, most = LEAST_AND_MOST[name]
    for value in (least, most):
        assert getattr(msgspec.convert({name: value}, m.Limits), name) == value
    for value in (least - 1, most + 1):
        with pytest.raises(msgspec.ValidationError, match=rf"`\$.{name}`"):
            msgspec.convert({name: value}, m.Limits)


def test_action_leaves_out_its_defaults_on_the_wire() -> None:
    assert msgspec.to_builtins(m.Action(name="f", script="s")) == {"name": "f", "script": "s"}


@pytest.mark.parametrize(
    ("kind", "fields", "changes", "reason"),
    [
        (m.Assign, ASSIGN, {"steps": []}, "length >= 1"),
        (m.Assign, ASSIGN, {"steps": [STEP] * 65}, "length <= 64"),
        (m.Assign, ASSIGN, {"steps": [{**STEP, "script": "0" * 31}]}, "regex"),
        (m.Assign, ASSIGN, {"steps": [{**STEP, "script": "F" * 32}]}, "regex"),
        (m.Assign, ASSIGN, {"scripts": {"x": ""}}, "regex"),
        (m.Assign, ASSIGN, {"scripts": {"0" * 32 + "\n": ""}}, "regex"),
        (m.Assign, ASSIGN, {"forget": [1]}, "Expected `str`"),
        (m.Ready, READY, {"pid": 0}, ">= 1"),
        (m.Ready, READY, {"pid": 2**31}, "<= 2147483647"),
        (m.Report, REPORT, {"spans": [{"wall_us": -1, "cpu_us": 0}]}, ">= 0"),
        (m.Report, REPORT, {"spans": [{"wall_us": 0, "cpu_us": 0}] * 65}, "length <= 64"),
        (m.Report, REPORT, {"spans": [{"wall_us": 0.5, "cpu_us": 0}]}, "Expected `int`"),
    ],
)
def test_worker_message_outside_its_limits_is_refused(
    kind: type[m.Message], fields: dict[str, object], changes: dict[str, object], reason: str
) -> None:
    msgspec.convert({"type": TAGS[kind], **fields}, kind)
    with pytest.raises(msgspec.ValidationError, match=reason):
        msgspec.convert({"type": TAGS[kind], **fields, **changes}, kind)
