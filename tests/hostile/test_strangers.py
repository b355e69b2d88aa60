"""Whoever comes to the workers' socket and is no worker: cut off, and nobody notices."""

from __future__ import annotations

import contextlib
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from arena import Arena, Neighbour
from zmtp import COMMAND, MORE, Peer, RefusedError, frame, greeting, header, hello, initiate

MIB = 2**20
GROWN_BYTES = 32 * MIB
"""What strangers may cost the broker."""


def endless(data: bytes) -> Iterator[bytes]:
    while True:
        yield data


def bytes_of_a_long_hello() -> Iterator[bytes]:
    yield greeting() + header(4 * MIB - 1, COMMAND) + b"\x05HELLO\xff"
    yield from endless(bytes(MIB))


def many_hellos() -> Iterator[bytes]:
    yield greeting()
    yield from endless(hello(b"w1") * 1000)


def messages_without_a_handshake() -> Iterator[bytes]:
    yield greeting()
    yield from endless(frame(bytes(MIB), MORE))


def old_messages() -> Iterator[bytes]:
    yield b"\x03\x00w1"  # ZMTP 1.0, which has no handshake: only a name
    yield from endless(frame(b"", 1) * 1000)


def a_handshake_without_a_ticket() -> Iterator[bytes]:
    yield greeting(b"NULL") + initiate(b"w1")
    yield from endless(frame(bytes(MIB), MORE))


FLOODS = {
    "greeting": lambda: endless(b"\xff" * 65_536),
    "garbage": lambda: endless(b"GET / HTTP/1.1\r\n\r\n" * 1000),
    "hello without end": bytes_of_a_long_hello,
    "hello again and again": many_hellos,
    "message without a handshake": messages_without_a_handshake,
    "ZMTP 1.0": old_messages,
    "handshake without a ticket": a_handshake_without_a_ticket,
}


@pytest.mark.parametrize("flood", FLOODS)
def test_flood_of_a_stranger_is_cut_off(arena: Arena, flood: str) -> None:
    before = arena.broker_bytes()
    arena.reset_peak()
    with Neighbour(arena) as neighbour:
        peer = Peer(arena.workers_path)
        until = time.monotonic() + 10
        with pytest.raises(OSError):  # noqa: PT012, PT011 - whichever tells that it was cut off
            for data in FLOODS[flood]():
                peer.write(data)
                assert time.monotonic() < until, "it goes on and on"
        peer.close()
        neighbour.wait_done()
    assert neighbour.wrong == []
    assert arena.peak_bytes() - before < GROWN_BYTES


def test_ticket_that_is_guessed_lets_nobody_in(arena: Arena) -> None:
    peer = Peer(arena.workers_path)
    with pytest.raises(RefusedError):
        peer.let_in(b"w1-" + b"0" * 32, b"w1-" + b"0" * 32)
    peer.close()
    arena.daemon.wait_line("strangers_cut_off")


def test_hundreds_that_never_finish_their_handshake_are_all_cut_off(arena: Arena) -> None:
    before = arena.broker_bytes()
    with Neighbour(arena) as neighbour:
        peers = [Peer(arena.workers_path) for _ in range(500)]
        assert all(peer.ends(10) for peer in peers)
    for peer in peers:
        peer.close()
    assert neighbour.wrong == []
    assert arena.broker_bytes() - before < GROWN_BYTES


@contextlib.contextmanager
def strangers_who_come_and_go(arena: Arena) -> Iterator[None]:
    enough = threading.Event()

    def come_and_go() -> None:
        with contextlib.suppress(OSError):  # the daemon has ended
            while not enough.is_set():
                Peer(arena.workers_path).close()

    thread = threading.Thread(target=come_and_go)
    thread.start()
    yield
    enough.set()
    thread.join()


def test_strangers_who_come_and_go_do_not_keep_the_daemon_from_its_end(short_path: Path) -> None:
    arena = Arena(short_path)
    with strangers_who_come_and_go(arena):
        arena.wait_whole()
        arena.daemon.signal(signal.SIGTERM)
        assert arena.daemon.wait_exit() == 0
    arena.end()
