"""Results: field names that are a contract, and readers that outlive their version."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from actionsd_protocol.errors import FailureKind, RemoteProtocolError
from actionsd_protocol.report import (
    ActionFailure,
    AppendLogIntoClaims,
    LogLine,
    SetClaim,
    SetMetadata,
    decode_report,
)
from actionsd_protocol.result import (
    ActionOutcome,
    JobFailure,
    JobResult,
    Timing,
    decode_result,
    encode_result,
)

WRITTEN = JobResult(
    outcome="failed",
    error=JobFailure(FailureKind.SCRIPT_THREW, "Error: no", "g"),
    actions=[
        ActionOutcome("f", "succeeded", None, 1.5, 1.25, 0),
        ActionOutcome(
            "g", "failed", ActionFailure(FailureKind.SCRIPT_THREW, "Error: no", 2, 3), 2.0, 1.0, 0
        ),
    ],
    mutations=[
        SetClaim("f", "k", msgspec.Raw(b'{"n":1}')),
        AppendLogIntoClaims("f", "log", ["a"]),
        SetMetadata("f", "m", "aGk="),
    ],
    logs=[LogLine("f", "info", "hello")],
    timing=Timing(queue_ms=0.1, run_ms=2.5, total_ms=2.6),
)
DOCUMENT: dict[str, Any] = {
    "outcome": "failed",
    "error": {"kind": "script_threw", "message": "Error: no", "action": "g"},
    "actions": [
        {
            "name": "f",
            "outcome": "succeeded",
            "error": None,
            "wall_ms": 1.5,
            "cpu_ms": 1.25,
            "fetches": 0,
        },
        {
            "name": "g",
            "outcome": "failed",
            "error": {"kind": "script_threw", "message": "Error: no", "line": 2, "column": 3},
            "wall_ms": 2.0,
            "cpu_ms": 1.0,
            "fetches": 0,
        },
    ],
    "mutations": [
        {"op": "setClaim", "action": "f", "key": "k", "value": {"n": 1}},
        {"op": "appendLogIntoClaims", "action": "f", "key": "log", "value": ["a"]},
        {"op": "setMetadata", "action": "f", "key": "m", "value": "aGk="},
    ],
    "logs": [{"action": "f", "level": "info", "message": "hello"}],
    "timing": {"queue_ms": 0.1, "run_ms": 2.5, "total_ms": 2.6},
}


def through_the_broker(value: bytes) -> Any:
    """Return a claim as a client gets it: a worker's report, the broker's result."""
    mutation = b'{"op":"setClaim","action":"f","key":"k","value":' + value + b"}"
    report = decode_report(b'{"actions":[],"logs":[],"mutations":[' + mutation + b"]}")
    written = msgspec.structs.replace(WRITTEN, mutations=report.mutations)
    return decode_result(encode_result(written)).claims()["k"]


def test_result_is_written_as_documented() -> None:
    assert json.loads(encode_result(WRITTEN)) == DOCUMENT


def test_result_is_read_as_it_was_written() -> None:
    result = decode_result(encode_result(WRITTEN))
    assert result.error == WRITTEN.error
    assert result.actions == WRITTEN.actions
    assert result.mutations == DOCUMENT["mutations"]
    assert result.logs == WRITTEN.logs
    assert result.timing == WRITTEN.timing


def test_claims_are_those_set_and_logged() -> None:
    assert decode_result(encode_result(WRITTEN)).claims() == {"k": {"n": 1}, "log": ["a"]}


def test_later_version_of_a_result_can_be_read() -> None:
    later = {**DOCUMENT, "mutations": [{"op": "setColour", "hue": 1}], "cost": 3}
    result = decode_result(json.dumps(later).encode())
    assert result.mutations == [{"op": "setColour", "hue": 1}]
    assert result.claims() == {}


@given(st.binary(max_size=100))
def test_bytes_that_are_no_result_are_refused(payload: bytes) -> None:
    with pytest.raises(RemoteProtocolError, match="malformed result"):
        decode_result(payload)


@pytest.mark.parametrize(
    "payload",
    [
        json.dumps({**DOCUMENT, "outcome": "perhaps"}).encode(),
        json.dumps({**DOCUMENT, "error": {"kind": "bored", "message": ""}}).encode(),
        json.dumps({**DOCUMENT, "logs": [{"action": "\xff"}]}, ensure_ascii=False).encode(
            "latin-1"
        ),
        json.dumps({**DOCUMENT, "outcome": "\xff"}, ensure_ascii=False).encode("latin-1"),
    ],
    ids=["outcome", "kind", "not UTF-8", "not UTF-8 either"],
)
def test_result_of_another_shape_is_refused(payload: bytes) -> None:
    with pytest.raises(RemoteProtocolError, match="malformed result"):
        decode_result(payload)


@pytest.mark.parametrize(
    "value",
    [b"12345678901234567890123", b"1" * 1000, b"-0", b"[" * 400 + b"]" * 400],
    ids=["23 digits", "1000 digits", "minus zero", "deep"],
)
def test_claim_of_an_honest_worker_can_be_read_by_a_client(value: bytes) -> None:
    through_the_broker(value)


@given(st.binary(max_size=12) | st.text('0123456789eE+-.[]{},:"\\ux', max_size=9).map(str.encode))
@example(b"1e999")
@example(b"1" * 5000)
@example(b'"\\ud83d\\ude00"')
def test_whatever_claim_the_broker_lets_through_can_be_read_by_a_client(value: bytes) -> None:
    try:
        through_the_broker(value)
    except RemoteProtocolError:
        return  # the worker is to blame, and only its own job suffers
