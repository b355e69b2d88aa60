"""The header `ZITADEL-Signature`: whether a body is what ZITADEL sent, and when (spec, 7.4).

Pure: the time is given. As ZITADEL's own verifier, but for one thing: a time further ahead
than the tolerance is refused as well, as nobody could remember that call for long enough.
"""

from __future__ import annotations

import enum
import hmac
import re
from collections.abc import Sequence
from typing import NamedTuple

HEADER = "ZITADEL-Signature"
MAX_HEADER_CHARACTERS = 4096

_TIME = re.compile(r"[+-]?[0-9]{1,18}\Z")
_HEX = re.compile(r"(?:[0-9a-fA-F]{2})+\Z")


class Objection(enum.Enum):
    """Why a signature is refused; the values are ZITADEL's own words where it has some."""

    NOT_SIGNED = "webhook has no Zitadel-Signature header"
    MALFORMED = "webhook has invalid Zitadel-Signature header"
    TOO_OLD = "timestamp wasn't within tolerance"
    TOO_NEW = "timestamp is in the future, and not within tolerance"
    WRONG = "no valid signature"


class Signed(NamedTuple):
    """A body that is ZITADEL's. `time` is when it was signed, in Unix seconds.

    `identity` is the same for the same body and time, whichever of its signatures came: a
    replay that leaves one of two out is known by it.
    """

    time: int
    identity: bytes


def verify(
    header: str | None, body: bytes, keys: Sequence[bytes], *, now: float, tolerance_seconds: float
) -> Signed | Objection:
    """Return when a body was signed with one of these keys, or why it is refused.

    The age is looked at before the signature, and signatures are compared in constant time.
    """
    read = _read(header)
    if isinstance(read, Objection):
        return read
    time, signatures = read
    if now - time > tolerance_seconds:
        return Objection.TOO_OLD
    if time - now > tolerance_seconds:
        return Objection.TOO_NEW
    macs = [_mac(key, time, body) for key in keys]
    # All are compared, so that the time taken does not tell which key it was.
    matches = [hmac.compare_digest(mac, signature) for mac in macs for signature in signatures]
    return Signed(time, macs[0]) if any(matches) else Objection.WRONG


def _read(header: str | None) -> tuple[int, list[bytes]] | Objection:
    if not header:
        return Objection.NOT_SIGNED
    if len(header) > MAX_HEADER_CHARACTERS:
        return Objection.MALFORMED
    time, signatures = 0, []  # without a time it is zero, and too old
    for part in header.split(","):
        key, *values = part.split("=")
        if len(values) != 1:
            return Objection.MALFORMED
        if key == "t":
            if not _TIME.match(values[0]):
                return Objection.MALFORMED
            time = int(values[0])
        elif key == "v1" and _HEX.match(values[0]):
            signatures.append(bytes.fromhex(values[0]))
    return (time, signatures) if signatures else Objection.WRONG


def _mac(key: bytes, time: int, body: bytes) -> bytes:
    mac = hmac.new(key, b"%d." % time, "sha256")
    mac.update(body)
    return mac.digest()
