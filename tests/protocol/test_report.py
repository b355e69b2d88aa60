"""Reports: what an honest worker writes is read, whatever else it sends is refused."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actionsd_protocol.errors import FailureKind, RemoteProtocolError
from actionsd_protocol.report import (
    ActionFailure,
    AppendLogIntoClaims,
    ReportDocument,
    SetClaim,
    SetMetadata,
    decode_report,
)

ACTION = {"name": "f", "outcome": "failed", "error": {"kind": "timeout", "message": "late"}}
CLAIM = {"op": "setClaim", "action": "f", "key": "k", "value": {"n": [1, "x", None]}}
LOG_CLAIM = {"op": "appendLogIntoClaims", "action": "f", "key": "k", "value": ["a", "b"]}
METADATA = {"op": "setMetadata", "action": "f", "key": "k", "value": "aGk="}
LINE = {"action": "f", "level": "info", "message": "hello"}
REPORT: dict[str, Any] = {
    "actions": [ACTION],
    "mutations": [CLAIM, LOG_CLAIM, METADATA],
    "logs": [LINE],
}
VALID = json.dumps(REPORT).encode()

json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=9), inner),
    max_leaves=15,
)


def report(**changes: object) -> bytes:
    return json.dumps({**REPORT, **changes}).encode()


def claim_of(value: bytes) -> bytes:
    """Return a report with one claim, its value taken as it stands."""
    return report(mutations=[{**CLAIM, "value": "?"}]).replace(b'"?"', value)


def decode_or_refuse(payload: bytes) -> None:
    try:
        document = decode_report(payload)
    except RemoteProtocolError:
        return
    assert isinstance(document, ReportDocument)


def test_report_is_read_with_its_types() -> None:
    document = decode_report(VALID)
    assert document.actions[0].error == ActionFailure(FailureKind.TIMEOUT, "late")
    assert [type(mutation) for mutation in document.mutations] == [
        SetClaim,
        AppendLogIntoClaims,
        SetMetadata,
    ]
    assert document.logs[0].level == "info"
    assert document.error is None


def test_claim_stays_the_text_that_it_was() -> None:
    text = b'{"n": 12345678901234567890.1234567890,  "e": 1e2}'
    [claim] = decode_report(claim_of(text)).mutations
    assert isinstance(claim, SetClaim)
    assert bytes(claim.value) == text


BAD: dict[str, bytes] = {
    "nothing": b"",
    "null": b"null",
    "list": b"[]",
    "empty object": b"{}",
    "two documents": VALID + VALID,
    "not UTF-8 in a key": VALID.replace(b'"logs"', b'"\xff"'),
    "not UTF-8 in a text": VALID.replace(b"hello", b"\xff"),
    "surrogate in UTF-8": VALID.replace(b"hello", b"\xed\xa0\x80"),
    "lone surrogate escape": VALID.replace(b"hello", b"\\ud800"),
    "UTF-16": VALID.decode().encode("utf-16"),
    "deep": b"[" * 100_000,
    "claim nested too deeply": claim_of(b"[" * 100_000 + b"]" * 100_000),
    "claim that is not JSON": claim_of(b"nul"),
    "claim with a trailing comma": claim_of(b"[1,]"),
    "claim with a leading zero": claim_of(b"01"),
    "claim NaN": claim_of(b"NaN"),
    "claim with a control character": claim_of(b'"\x01"'),
    "claim missing": claim_of(b""),
    "unknown field": report(extra=1),
    "unknown field of an action": report(actions=[{**ACTION, "wall_us": 1}]),
    "unknown outcome": report(actions=[{**ACTION, "outcome": "great"}]),
    "unknown kind": report(error={"kind": "bored", "message": ""}),
    "kind as number": report(error={"kind": 1, "message": ""}),
    "name as number": report(actions=[{**ACTION, "name": 1}]),
    "65 actions": report(actions=[ACTION] * 65),
    "message too long": report(error={"kind": "internal", "message": "x" * 8193}),
    "line 0": report(error={"kind": "internal", "message": "", "line": 0}),
    "column beyond 2**31": report(error={"kind": "internal", "message": "", "column": 2**31 + 1}),
    "line as float": report(error={"kind": "internal", "message": "", "line": 1.5}),
    "unknown op": report(mutations=[{**CLAIM, "op": "setEmail"}]),
    "no op": report(mutations=[{"action": "f", "key": "k", "value": 1}]),
    "mutation with unknown field": report(mutations=[{**CLAIM, "when": 1}]),
    "mutation without action": report(mutations=[{"op": "setClaim", "key": "k", "value": 1}]),
    "log claim of numbers": report(mutations=[{**LOG_CLAIM, "value": [1]}]),
    "metadata that is not base64": report(mutations=[{**METADATA, "value": "a-b"}]),
    "metadata with a line break": report(mutations=[{**METADATA, "value": "aGk=\n"}]),
    "metadata as number": report(mutations=[{**METADATA, "value": 1}]),
    "unknown level": report(logs=[{**LINE, "level": "debug"}]),
    "logs null": report(logs=None),
}


@pytest.mark.parametrize("payload", BAD.values(), ids=BAD.keys())
def test_bad_report_is_refused(payload: bytes) -> None:
    with pytest.raises(RemoteProtocolError, match="malformed report"):
        decode_report(payload)


@pytest.mark.parametrize(
    "value",
    [b'"\xff"', b'"\xed\xa0\x80"', b'{"\xff": 1}', b'["\xc3("]'],
    ids=["byte", "surrogate", "key", "half a character"],
)
def test_claim_that_is_not_utf8_is_refused(value: bytes) -> None:
    with pytest.raises(RemoteProtocolError, match="malformed report"):
        decode_report(claim_of(value))


@given(json_values)
def test_any_json_is_a_claim(value: object) -> None:
    [claim] = decode_report(claim_of(json.dumps(value, ensure_ascii=False).encode())).mutations
    assert isinstance(claim, SetClaim)
    assert json.loads(bytes(claim.value)) == value


@given(st.binary(max_size=200))
def test_arbitrary_bytes_give_a_report_or_a_refusal(payload: bytes) -> None:
    decode_or_refuse(payload)


@given(st.data())
def test_damaged_report_gives_a_report_or_a_refusal(data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(VALID) - 1))
    more = data.draw(st.binary(max_size=4))
    decode_or_refuse(VALID[:at])
    decode_or_refuse(VALID[:at] + more + VALID[at:])
    decode_or_refuse(VALID[:at] + more + VALID[at + len(more) :])


@given(st.dictionaries(st.sampled_from([*REPORT, "error", "x"]), json_values))
def test_json_of_any_shape_gives_a_report_or_a_refusal(changes: dict[str, object]) -> None:
    decode_or_refuse(report(**changes))
