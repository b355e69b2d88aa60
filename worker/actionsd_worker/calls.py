"""What a script asks of the broker, as a message; and the answer, as the prelude reads it.

The prelude's text says what is wanted. Which job it is for, and which of its actions, is
added here: a part of a chain that runs by itself counts its actions from 0.
"""

from __future__ import annotations

from typing import Any

import msgspec

from actionsd_protocol.errors import FailureKind, LocalProtocolError
from actionsd_protocol.messages import Assign, Call
from actionsd_worker.link import Link


def carry_out(link: Link, assign: Assign, first_step: int, request: bytes) -> bytes:
    """Return the answer to a request of the prelude; both are JSON (js/calls.js).

    Raises ProtocolError where broker and worker do not understand each other any more.
    """
    asked: dict[str, Any] = msgspec.json.decode(request)
    kind = asked["type"]
    payload = _take_payload(asked)
    asked["step"] += first_step
    try:
        message = msgspec.convert({**asked, "job": assign.job, "call": link.next_call}, Call)
        answer, document = link.call(message, payload)
    except (msgspec.ValidationError, LocalProtocolError) as error:
        # Never sent: the broker would take it for an attack.
        return _failure(_REFUSED[kind], f"not sent: {error}")
    if answer.failure is not None:
        return _failure(answer.failure.kind, answer.failure.message)
    return b'{"document":%s}' % (document or b"null")


_REFUSED = {
    "fetch": FailureKind.FETCH_DENIED,
    "get_metadata": FailureKind.METADATA_FAILED,
    "set_metadata": FailureKind.METADATA_FAILED,
}


def _take_payload(asked: dict[str, Any]) -> bytes | None:
    match asked["type"]:
        case "fetch":
            body: str | None = asked.pop("body")
            asked["has_body"] = body is not None
            return (body or "").encode()
        case "set_metadata":
            value: str = asked.pop("value")
            return value.encode()
        case _:
            return None


def _failure(kind: FailureKind, message: str) -> bytes:
    return msgspec.json.encode({"failure": {"kind": kind, "message": message}})
