"""A body is ZITADEL's if it is signed with one of its keys, now."""

from __future__ import annotations

import pytest
from zitadel import sign

from actionsd_gateway.zitadel.signature import Objection, Signed, verify

NOW = 1_760_000_000.0
BODY = b'{"a": 1}'


def check(
    header: str | None, *keys: str, body: bytes = BODY, now: float = NOW
) -> Signed | Objection:
    raw = [key.encode() for key in keys or ("key-one",)]
    return verify(header, body, raw, now=now, tolerance_seconds=300)


def test_signature_of_the_source_is_accepted() -> None:
    # Made with the source's own code (pkg/actions/signing.go).
    header = sign(BODY, "key-one", at=NOW)
    signed = check(header)
    assert isinstance(signed, Signed)
    assert signed.time == NOW


def test_any_of_several_keys_is_enough_on_either_side() -> None:
    header = sign(BODY, "old-key", "key-one", at=NOW)
    assert isinstance(check(header, "key-one"), Signed)
    assert isinstance(check(sign(BODY, "key-two", at=NOW), "key-one", "key-two"), Signed)


def test_identity_is_the_same_whichever_signature_came() -> None:
    both = sign(BODY, "key-one", "key-two", at=NOW)
    time, first, second = both.split(",")
    seen = [check(h, "key-one", "key-two") for h in (both, f"{time},{first}", f"{time},{second}")]
    assert seen[0] == seen[1] == seen[2]


@pytest.mark.parametrize("header", [None, ""])
def test_unsigned_is_refused(header: str | None) -> None:
    assert check(header) is Objection.NOT_SIGNED


@pytest.mark.parametrize(
    "header", ["x", "t=1=2,v1=00", "t=,v1=00", "t=1_0,v1=00", "t=\u0661,v1=00", "t", "a" * 5000]
)
def test_malformed_header_is_refused(header: str) -> None:
    assert check(header) is Objection.MALFORMED


@pytest.mark.parametrize("header", ["t=1760000000", "t=1760000000,v1=xyz", "t=1760000000,v1=0"])
def test_header_without_a_usable_signature_is_refused(header: str) -> None:
    assert check(header) is Objection.WRONG


def test_other_parts_are_ignored() -> None:
    assert isinstance(check(sign(BODY, "key-one", at=NOW) + ",v0=zz,v1=zz"), Signed)


def test_another_key_or_body_or_time_is_refused() -> None:
    header = sign(BODY, "key-one", at=NOW)
    assert check(header, "key-two") is Objection.WRONG
    assert check(header, body=BODY + b" ") is Objection.WRONG
    assert check(header.replace("t=1760000000", "t=1760000001")) is Objection.WRONG


def test_age_is_limited_to_the_tolerance_and_checked_first() -> None:
    header = sign(BODY, "key-one", at=NOW)
    assert isinstance(check(header, now=NOW + 300), Signed)
    assert check(header, now=NOW + 301) is Objection.TOO_OLD
    assert check(header, "key-two", now=NOW + 301) is Objection.TOO_OLD
    assert check("v1=00") is Objection.TOO_OLD


def test_clock_may_be_ahead_by_the_tolerance_and_no_more() -> None:
    header = sign(BODY, "key-one", at=NOW)
    assert isinstance(check(header, now=NOW - 300), Signed)
    assert check(header, now=NOW - 301) is Objection.TOO_NEW
