from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

import pytest

from actionsd_sandbox.mailbox import CHUNK_UNITS

Run = Callable[..., Any]

MALFORMED = [
    (b"\x80", "\ufffd"),
    (b"\xc0\xaf", "\ufffd\ufffd"),
    (b"\xe2\x82", "\ufffd\ufffd"),
    (b"\xe0\x80\x80", "\ufffd\ufffd\ufffd"),
    (b"\xed\xa0\x80", "\ufffd\ufffd\ufffd"),
    (b"\xf4\x90\x80\x80", "\ufffd\ufffd\ufffd\ufffd"),
    (b"\xf0\x9f\x98a", "\ufffd\ufffd\ufffda"),
    (b"a\xfe\xffz", "a\ufffd\ufffdz"),
]


@pytest.mark.parametrize(("stored", "expected"), MALFORMED)
def test_malformed_utf8_is_replaced_byte_by_byte(value: Run, stored: bytes, expected: str) -> None:
    context = {"orgMetadata": [{"key": "k", "value": base64.b64encode(stored).decode()}]}
    assert value("ctx.v1.org.getMetadata().metadata[0].value", context) == expected


@pytest.mark.parametrize(
    "text", ["a", "\x7f\x80", "\u07ff\u0800", "\uffff", "\U00010000", "\U0010ffff"]
)
def test_utf8_survives_both_ways(run: Run, text: str) -> None:
    context = {"userMetadata": [{"key": "k", "value": base64.b64encode(text.encode()).decode()}]}
    outcome = run(
        "const f = (c, a) => a.v1.user.setMetadata('k', c.v1.user.getMetadata().metadata[0].value)",
        context=context,
    )
    assert outcome.stored["k"] in (f'"{text}"', f'"{text}"'.replace("\x7f", "\x7f"))


@pytest.mark.parametrize(
    "text",
    [
        "x" * (CHUNK_UNITS - 1),
        "x" * CHUNK_UNITS,
        "x" * (3 * CHUNK_UNITS + 1),
        "ä" * (2 * CHUNK_UNITS + 7),
        "x" * 2 * CHUNK_UNITS + "€",
        "€" + "x" * 2 * CHUNK_UNITS,
    ],
    ids=["chunk-1", "chunk", "three", "wide", "wide at the end", "wide at the start"],
)
def test_text_longer_than_a_chunk_survives(run: Run, text: str) -> None:
    outcome = run(
        "const f = (ctx, api) => api.v1.claims.setClaim('b', ctx.v1.claims.a)",
        context={"claims": {"a": text}},
    )
    assert outcome.claims == {"b": text}


@pytest.mark.parametrize("shift", range(2))
def test_pair_of_surrogates_may_straddle_two_chunks(run: Run, shift: int) -> None:
    text = "x" * shift + "😀" * CHUNK_UNITS
    context = f'{{"claims":{{"a":"{text}"}}}}'.encode()
    outcome = run(
        "const f = (ctx, api) => api.v1.claims.setClaim('b', ctx.v1.claims.a)", context=context
    )
    assert outcome.claims == {"b": text}


def test_long_ascii_context_does_not_hide_a_wide_script(run: Run) -> None:
    outcome = run(
        "const f = (ctx, api) => api.v1.claims.setClaim('ß😀', ctx.v1.claims.a.length)",
        context=b'{"claims":{"a":"' + b"x" * 300_000 + b'"}}',
    )
    assert outcome.claims == {"ß😀": 300_000}
