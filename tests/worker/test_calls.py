"""What the prelude asks becomes a message, and the answer a text that it reads."""

from __future__ import annotations

import json
from typing import Any, cast

import pytest

from actionsd_protocol.errors import FailureKind
from actionsd_protocol.frames import encode
from actionsd_protocol.messages import (
    Answer,
    Assign,
    Call,
    CallFailure,
    Fetch,
    GetMetadata,
    SetMetadata,
    Step,
)
from actionsd_worker.calls import carry_out
from actionsd_worker.link import Link

STEP = Step(name="f", script="a" * 32, allowed_to_fail=False, fresh=False)
ASSIGN = Assign(job=7, trigger="t", steps=[STEP], scripts={}, forget=[], check=False)
FETCH = {
    "type": "fetch",
    "step": 1,
    "seconds": 1.5,
    "method": "POST",
    "url": "http://a.example/",
    "headers": [["Accept", "x"], ["Accept", "y"]],
    "body": "h\u00e9",
}


class Desk:
    """Stands where the connection is: takes what could be sent, answers as it is told."""

    next_call = 3

    def __init__(self, failure: CallFailure | None = None, document: bytes = b"") -> None:
        self.sent: list[tuple[Call, bytes | None]] = []
        self._answer = Answer(job=7, call=3, failure=failure), document

    def call(self, message: Call, payload: bytes | None) -> tuple[Answer, bytes]:
        encode(message, payload)  # raises as the connection does
        self.sent.append((message, payload))
        return self._answer


def ask(desk: Desk, request: dict[str, Any], first_step: int = 0) -> Any:
    text = json.dumps(request).encode()
    return json.loads(carry_out(cast("Link", desk), ASSIGN, first_step, text))


def test_fetch_is_for_the_job_and_counts_its_actions_from_the_first() -> None:
    desk = Desk(document=b'{"status":200}')
    assert ask(desk, FETCH, first_step=4) == {"document": {"status": 200}}
    ((message, payload),) = desk.sent
    headers = [("Accept", "x"), ("Accept", "y")]
    expected = Fetch(7, 3, 5, 1.5, "POST", "http://a.example/", headers, has_body=True)
    assert message == expected
    assert payload == "h\u00e9".encode()


def test_fetch_without_a_body_differs_from_one_with_an_empty_body() -> None:
    desk = Desk()
    ask(desk, {**FETCH, "body": None})
    ask(desk, {**FETCH, "body": ""})
    assert [(cast("Fetch", message).has_body, payload) for message, payload in desk.sent] == [
        (False, b""),
        (True, b""),
    ]


def test_metadata_is_asked_for_and_stored() -> None:
    desk = Desk()
    answers = [
        ask(desk, {"type": "get_metadata", "step": 0, "seconds": 1.5}),
        ask(desk, {"type": "set_metadata", "step": 0, "seconds": 1.5, "key": "k", "value": '"v"'}),
    ]
    assert answers == [{"document": None}] * 2
    assert desk.sent == [
        (GetMetadata(job=7, call=3, step=0, seconds=1.5), None),
        (SetMetadata(job=7, call=3, step=0, seconds=1.5, key="k"), b'"v"'),
    ]


def test_failure_is_passed_on_with_its_kind() -> None:
    desk = Desk(CallFailure(FailureKind.FETCH_DENIED, "not allowed"))
    assert ask(desk, FETCH) == {"failure": {"kind": "fetch_denied", "message": "not allowed"}}


@pytest.mark.parametrize(
    ("request_", "kind"),
    [
        ({**FETCH, "url": "x" * 8193}, "fetch_denied"),
        ({**FETCH, "method": "x" * 65}, "fetch_denied"),
        ({**FETCH, "headers": [["a", "b"]] * 257}, "fetch_denied"),
        ({**FETCH, "headers": [["a", "x" * 16_000]] * 10}, "fetch_denied"),  # an envelope's size
        (
            {"type": "set_metadata", "step": 0, "seconds": 1.5, "key": "x" * 1001, "value": "1"},
            "metadata_failed",
        ),
    ],
)
def test_what_the_broker_would_take_for_an_attack_is_not_sent(
    request_: dict[str, Any], kind: str
) -> None:
    desk = Desk()
    failure = ask(desk, request_)["failure"]
    assert (failure["kind"], failure["message"][:9]) == (kind, "not sent:")
    assert desk.sent == []
