"""Which headers of a script are sent, and which of a response come back. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable

from actionsd_broker.fetch.outcomes import Header

MAX_REQUEST_HEADERS = 64
MAX_REQUEST_HEADER_BYTES = 16 * 1024
MAX_RESPONSE_HEADERS = 100
MAX_RESPONSE_HEADER_BYTES = 64 * 1024

_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+\Z")
_VALUE = re.compile(r"[^\x00-\x08\x0a-\x1f\x7f]*\Z")

_HOP_BY_HOP = frozenset(
    {
        "connection",
        "http2-settings",
        "keep-alive",
        "proxy-authenticate",
        "proxy-authentication-info",
        "proxy-authorization",
        "proxy-connection",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    }
)
# They are ours to set. ZITADEL's runtime overlooks the first two, so scripts that have
# them work there; the third would make it hand out compressed bytes.
_OURS = frozenset({"host", "content-length", "accept-encoding"})

# What may follow a redirect to another origin: nothing that could be a credential.
_HARMLESS = frozenset({"accept", "accept-language", "content-language", "content-type"})


class HeaderError(ValueError):
    """Raised for a header that is not sent; its text names it, never its value."""


def check_headers(headers: Iterable[Header]) -> tuple[Header, ...]:
    """Return the headers to send, trimmed; raises HeaderError."""
    kept = []
    for name, value in headers:
        if not _NAME.match(name):
            raise HeaderError("a header's name has a character that no name may have")
        lower = name.lower()
        if lower in _HOP_BY_HOP or lower == "expect":
            raise HeaderError(f"the header {name} is not a script's to set")
        trimmed = value.strip(" \t")
        check_value(name, trimmed)
        if lower not in _OURS:
            kept.append((name, trimmed))
    if len(kept) > MAX_REQUEST_HEADERS:
        raise HeaderError(f"more than {MAX_REQUEST_HEADERS} headers")
    if size_of(kept) > MAX_REQUEST_HEADER_BYTES:
        raise HeaderError(f"more than {MAX_REQUEST_HEADER_BYTES} bytes of headers")
    return tuple(kept)


def check_value(name: str, value: str) -> None:
    """Raise HeaderError if a value could be more than one header, or none."""
    if not _VALUE.match(value) or not _is_text(value):
        raise HeaderError(f"the value of {name} has a line break or a control character")


def for_another_origin(headers: Iterable[Header]) -> tuple[Header, ...]:
    """Return what may be sent on when a redirect leads to another scheme, host or port."""
    return tuple(
        (name, value)
        for name, value in headers
        if name.lower() in _HARMLESS and "{{secret:" not in value
    )


def without_body(headers: Iterable[Header]) -> tuple[Header, ...]:
    """Return the headers without those that describe a body."""
    return tuple(header for header in headers if not header[0].lower().startswith("content-"))


def value_of(headers: Iterable[Header], name: str) -> str | None:
    """Return the first value of a header."""
    return next((value for key, value in headers if key.lower() == name), None)


def values_of(headers: Iterable[Header], name: str) -> list[str]:
    """Return the values of a header."""
    return [value for key, value in headers if key.lower() == name]


def of_response(headers: Iterable[Header], *, decoded: bool) -> tuple[Header, ...]:
    """Return what a script sees: nothing of the connection, nor of a coding that is gone."""
    gone = _HOP_BY_HOP | ({"content-encoding", "content-length"} if decoded else set())
    return tuple(header for header in headers if header[0].lower() not in gone)


def size_of(headers: Iterable[Header]) -> int:
    """Return the bytes of headers on the wire."""
    return sum(len(f"{name}: {value}\r\n".encode()) for name, value in headers)


def _is_text(value: str) -> bool:
    return not any("\ud800" <= character <= "\udfff" for character in value)
