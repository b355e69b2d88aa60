"""Reads a request's body: so many bytes, in so much time, of one type, not compressed."""

from __future__ import annotations

import asyncio
from typing import NamedTuple

from aiohttp import web
from aiohttp.web_exceptions import HTTPException

from actionsd_gateway.problems import Kind, Problem


class BodyLimits(NamedTuple):
    """What a body may take."""

    most_bytes: int
    seconds: float


async def read_body(request: web.Request, limits: BodyLimits) -> bytes:
    """Return the body; raises Problem: 408, 413, 415 if it is compressed, or 400."""
    if request.headers.get("Content-Encoding", "identity").strip().lower() != "identity":
        # Nobody needs it, and a small one can be the cause of much work.
        raise Problem(Kind.MEDIA_TYPE, "the body is compressed; expected it as it is")
    if (request.content_length or 0) > limits.most_bytes:
        raise _too_large(limits)
    body = bytearray()
    try:
        async with asyncio.timeout(limits.seconds):
            async for chunk in request.content.iter_any():
                body += chunk
                if len(body) > limits.most_bytes:
                    raise _too_large(limits)
    except TimeoutError:
        detail = f"the body was not here after {limits.seconds:g} s"
        raise Problem(Kind.TOO_SLOW, detail) from None
    except (web.RequestPayloadError, HTTPException):
        raise Problem(Kind.MALFORMED, "the body is not what its head says") from None
    request["received"] = len(body)
    return bytes(body)


def check_json(request: web.Request) -> None:
    """Raise Problem (415) unless the body is said to be JSON."""
    if request.content_type != "application/json":
        raise Problem(Kind.MEDIA_TYPE, "expected Content-Type: application/json")
    charset = (request.charset or "utf-8").lower()
    if charset not in ("utf-8", "utf8"):
        raise Problem(Kind.MEDIA_TYPE, "expected JSON in UTF-8")


def _too_large(limits: BodyLimits) -> Problem:
    return Problem(Kind.TOO_LARGE, f"a body may have {limits.most_bytes} bytes")
