"""JSON, read strictly and written so that nothing is lost. Pure.

What is echoed to ZITADEL must be what it sent: integers of any length and decimals are kept
digit by digit. What could be read in two ways, such as a key that comes twice, is refused.
"""

from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import Any, NoReturn

import msgspec

_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")
_ENCODER = msgspec.json.Encoder(decimal_format="number")


class PayloadError(ValueError):
    """Raised when a body is not what ZITADEL sends. Its text quotes no value of the body."""


def read_document(body: bytes) -> dict[str, Any]:
    """Return the object that a body is; raises PayloadError. Decimals are Decimal."""
    try:
        document = _DECODER.decode(body.decode())
        if _SURROGATE.search(body):
            _ENCODER.encode(document)
    except PayloadError:
        raise
    except UnicodeDecodeError as error:
        raise PayloadError(f"not UTF-8: byte {error.start}") from None
    except UnicodeEncodeError:
        raise PayloadError("a text with half of a surrogate pair in it") from None
    except json.JSONDecodeError as error:
        raise PayloadError(f"not JSON: {error.msg} at {error.pos}") from None
    except RecursionError:
        raise PayloadError("nested too deeply") from None
    except (ValueError, ArithmeticError):
        raise PayloadError("a number with too many digits") from None
    if not isinstance(document, dict):
        raise PayloadError("a JSON object expected")
    return document


def write_document(document: Any) -> bytes:
    """Return a value that was read as JSON, or made of such."""
    try:
        return _ENCODER.encode(document)
    except RecursionError:
        raise PayloadError("nested too deeply") from None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise PayloadError("a key that comes twice in an object")
    return members


def _not_json(_: str) -> NoReturn:
    raise PayloadError("not JSON: NaN and Infinity are no JSON numbers")


_DECODER = json.JSONDecoder(
    object_pairs_hook=_object, parse_float=Decimal, parse_constant=_not_json
)
