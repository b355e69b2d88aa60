"""Ids and traces are taken over if they are what they should be, and else made or left out."""

from __future__ import annotations

import pytest

from actionsd_gateway.tracing import REQUEST_ID, TRACE_PARENT, read_trace

PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


def test_id_and_parent_are_taken_over() -> None:
    trace = read_trace({REQUEST_ID: "req-1/x", TRACE_PARENT: PARENT})
    assert (trace.request, trace.parent) == ("req-1/x", PARENT)


@pytest.mark.parametrize("text", ["", "a b", "a\x7f", "é", "x" * 129])
def test_id_that_is_none_is_replaced(text: str) -> None:
    made = read_trace({REQUEST_ID: text, TRACE_PARENT: PARENT})
    assert made.request not in (None, text)
    assert made.parent == PARENT


def test_every_made_id_is_another() -> None:
    assert read_trace({}).request != read_trace({}).request


@pytest.mark.parametrize(
    "text",
    [
        "",
        PARENT.upper(),
        PARENT[:-1],
        f"{PARENT}-x",
        f"ff{PARENT[2:]}",
        f"00-{'0' * 32}-b7ad6b7169203331-01",
        f"00-0af7651916cd43dd8448eb211c80319c-{'0' * 16}-01",
    ],
)
def test_parent_that_is_none_counts_as_not_sent(text: str) -> None:
    trace = read_trace({REQUEST_ID: "r", TRACE_PARENT: text})
    assert (trace.request, trace.parent) == ("r", None)
