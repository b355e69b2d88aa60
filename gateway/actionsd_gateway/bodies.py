"""Reads a request's body: so many bytes, in so much time, not compressed."""

from __future__ import annotations

import asyncio

from aiohttp import web

from actionsd_gateway.problems import Kind, Problem

RECEIVED: web.RequestKey[int] = web.RequestKey("received", int)
"""How many bytes of a body were read, for the log."""


async def read_body(request: web.Request, seconds: float) -> bytes:
    """Return the body, of the application's `client_max_size` at the most.

    Raises Problem: 408, 413, 415 if it is compressed, or 400 if it is not what its head says.
    """
    if request.headers.get("Content-Encoding", "identity").strip().lower() != "identity":
        # Nobody needs it, and a small one can be the cause of much work.
        raise Problem(Kind.MEDIA_TYPE, "the body is compressed; expected it as it is")
    if (request.content_length or 0) > request.client_max_size:
        raise _too_large(request)
    try:
        async with asyncio.timeout(seconds):
            body = await request.read()
    except TimeoutError:
        raise Problem(Kind.TOO_SLOW, f"the body was not here after {seconds:g} s") from None
    except web.HTTPRequestEntityTooLarge:
        raise _too_large(request) from None
    except web.RequestPayloadError:
        raise Problem(Kind.MALFORMED, "the body is not what its head says") from None
    request[RECEIVED] = len(body)
    return body


def check_json(request: web.Request) -> None:
    """Raise Problem (415) unless the body is said to be JSON."""
    if request.content_type != "application/json":
        raise Problem(Kind.MEDIA_TYPE, "expected Content-Type: application/json")
    if (request.charset or "utf-8").lower() not in ("utf-8", "utf8"):
        raise Problem(Kind.MEDIA_TYPE, "expected JSON in UTF-8")


def _too_large(request: web.Request) -> Problem:
    return Problem(Kind.TOO_LARGE, f"a body may have {request.client_max_size} bytes")
