"""The webhook benchmark: calls that a target takes, and what wrk says of a run."""

from __future__ import annotations

import json

import pytest

from actionsd_gateway.zitadel.calls import read_call
from actionsd_gateway.zitadel.signature import Signed, verify
from benchmarks.errors import BenchmarkError
from benchmarks.webhook import HEADER, KEY, Seen, make_payload, read_figures, row, signed_calls
from benchmarks.workload import TENANT, TRIGGER, WORKLOADS, load_workloads

[W2] = load_workloads(WORKLOADS, ["w2"])
CONTEXT = json.loads(W2.context.read_bytes())
SAID = (
    'Running 1s test\nFIGURES {"calls": 10, "seconds": 2.0, "errors": 0, "p50_ms": 1, "p99_ms": 2}'
)


def test_every_call_is_another_one_and_signed() -> None:
    calls = [line.split("\t") for line in signed_calls(CONTEXT, 3)]
    assert len({body for _, body in calls}) == 3
    for header, body in calls:
        time = int(header.partition(",")[0].removeprefix("t="))
        signed = verify(header, body.encode(), [KEY], now=time, tolerance_seconds=300)
        assert isinstance(signed, Signed)


def test_payload_is_the_job_of_the_context() -> None:
    call = read_call(make_payload(CONTEXT, "7"))
    assert call is not None
    assert (call.trigger, call.tenant) == (TRIGGER, TENANT)
    assert len(call.context["userGrants"]) == len(CONTEXT["userGrants"])
    assert call.context["user"]["human"]["firstName"] == CONTEXT["user"]["human"]["firstName"]


def test_what_wrk_says_is_put_beside_what_was_spent() -> None:
    seen = read_figures("x", SAID, {"broker": 1.0}, {"broker": 1.001})
    assert (seen.per_second, seen.p50_ms, seen.p99_ms) == (5.0, 1, 2)
    assert seen.cpu_us == pytest.approx({"broker": 100.0})


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ("connection refused", "wrk has failed: connection refused"),
        (SAID.replace('"errors": 0', '"errors": 3'), "3 of 10 calls failed"),
        (SAID.replace('"calls": 10', '"calls": 0'), "0 of 0 calls failed"),
    ],
)
def test_run_that_is_worth_nothing_is_said(said: str, reason: str) -> None:
    with pytest.raises(BenchmarkError, match=f"x: {reason}"):
        read_figures("x", said, {}, {})


def test_line_of_the_table_has_medians_and_leaves_out_what_a_peer_has_not() -> None:
    runs = [Seen(rate, 1.0, 2.0, {"worker": rate}) for rate in (30.0, 10.0, 20.0)]
    cells = dict(zip(HEADER, row("goja", runs), strict=True))
    assert (cells["calls/s"], cells["least"], cells["most"]) == ("20", "10", "30")
    assert (cells["gateway"], cells["worker"], cells["all"]) == ("", "20", "20")
