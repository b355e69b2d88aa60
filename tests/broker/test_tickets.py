from __future__ import annotations

from collections.abc import Iterator

import pytest
import zmq
from door import Door
from zmtp import Peer, frame, greeting, header, hello, initiate, message

from actionsd_broker.tickets import DOMAIN, Tickets

REQUEST = [b"1.0", b"7", DOMAIN, b"", b"", b"PLAIN"]


@pytest.fixture
def tickets() -> Iterator[Tickets]:
    context: zmq.Context[zmq.Socket[bytes]] = zmq.Context()
    tickets = Tickets(context)
    tickets.issue("w1")
    yield tickets
    tickets.close()
    context.term()


def test_ticket_lets_in_once_and_under_its_name(tickets: Tickets) -> None:
    assert tickets.decide([*REQUEST, b"w1", b"-"]) == [b"1.0", b"7", b"200", b"welcome", b"w1", b""]
    assert tickets.decide([*REQUEST, b"w1", b"-"])[2] == b"400"


def test_unknown_ticket_lets_nobody_in(tickets: Tickets) -> None:
    assert tickets.decide([*REQUEST, b"w2", b"-"])[2] == b"400"


def test_ticket_that_was_withdrawn_lets_nobody_in(tickets: Tickets) -> None:
    tickets.withdraw("w1")
    tickets.withdraw("w1")
    assert tickets.decide([*REQUEST, b"w1", b"-"])[2] == b"400"


@pytest.mark.parametrize(
    "frames",
    [
        [],
        [b"1.0"],
        REQUEST,
        [*REQUEST, b"w1"],
        [*REQUEST, b"w1", b"-", b"more"],
        [*REQUEST[:2], b"elsewhere", *REQUEST[3:], b"w1", b"-"],
        [*REQUEST[:5], b"NULL", b"w1", b"-"],
        [*REQUEST[:5], b"CURVE", b"w1" * 16],
    ],
)
def test_question_of_another_kind_lets_nobody_in(tickets: Tickets, frames: list[bytes]) -> None:
    assert tickets.decide(frames)[2] == b"400"
    assert tickets.decide([*REQUEST, b"w1", b"-"])[2] == b"200"


def test_worker_is_let_in_by_its_ticket(door: Door) -> None:
    door.backend.expect("w1")
    assert door.let_in(door.connect(), "w1")


def test_ticket_of_another_is_refused(door: Door) -> None:
    door.backend.expect("w1")
    assert not door.let_in(door.connect(), "w2")


def test_ticket_is_good_for_one_connection(door: Door) -> None:
    door.backend.expect("w1")
    assert door.let_in(door.connect(), "w1")
    assert not door.let_in(door.connect(), "w1")


OLD = b"\xff\x00\x00\x00\x00\x00\x00\x00\x03\x7f"

WAYS_ROUND = {
    "no ticket": greeting(b"NULL") + initiate(b"w1"),
    "another mechanism": greeting(b"CURVE"),
    "a mechanism that is none": greeting(b"SECRET"),
    "ZMTP 1.0": b"\x03\x00w1" + message([b"x"]),
    "ZMTP 2.0": OLD + b"\x01\x05" + frame(b"w1") + message([b"x"]),
    "a message before the handshake": greeting() + message([b"x"]),
    "a message instead of what follows it": greeting() + hello(b"w1") + message([b"x"]),
    "no greeting": b"GET / HTTP/1.1\r\n\r\n",
    "a ticket of 5 MiB": greeting() + header(5 * 2**20, 4) + b"\x05HELLO",
    "a ticket that is cut off": greeting() + b"\x04\x07\x05HELLO\xff",
}


@pytest.mark.parametrize("way", WAYS_ROUND)
def test_there_is_no_way_round_the_ticket(door: Door, way: str) -> None:
    door.backend.expect("w1")
    peer = door.connect()
    peer.write(WAYS_ROUND[way])
    assert ended(door, peer)
    assert door.backend.receive() == []
    assert not door.backend.socket.poll(0)


def ended(door: Door, peer: Peer) -> bool:
    while not peer.ends(0.02):
        if door.backend.tickets.socket.poll(0):
            door.backend.tickets.answer()
    return True
