from __future__ import annotations

import pytest

from actionsd_broker import log


@pytest.mark.parametrize(
    ("reason", "logged"),
    [
        ("late", "late"),
        ("2 spans for 1 actions", "2 spans for 1 actions"),
        ("Invalid enum value 'secret' - at `$.a`", "Invalid enum value …"),
        ("Invalid enum value 'a' secret 'b'", "Invalid enum value …"),
        ("unknown field `a\nsecret`", "unknown field …"),
        ('not this: "secret', "not this: …"),
    ],
)
def test_nothing_that_a_worker_said_is_logged(reason: str, logged: str) -> None:
    assert log.said(reason) == logged
