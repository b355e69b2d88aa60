"""Connections as the kernel has them: a real socket of ZeroMQ's, and peers that are plain ones."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from door import OURS, Door
from zmtp import message


def until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.002)


def hear(door: Door) -> list[int]:
    """Wait for somebody; return who has connected again."""
    assert door.connections.monitor.poll(10_000), "nobody came"
    return door.connections.receive()


def test_worker_that_connects_stands(door: Door) -> None:
    peer = door.connect()
    assert hear(door) == []
    assert door.connections.missing([OURS]) == []
    assert not peer.ends(0.05)


def test_worker_that_hangs_up_is_missing(door: Door) -> None:
    peer = door.connect()
    hear(door)
    peer.close()
    until(lambda: door.connections.missing([]) == [OURS])


def test_worker_that_never_came_is_missing_if_it_is_expected(door: Door) -> None:
    assert door.connections.missing([]) == []
    assert door.connections.missing([OURS]) == [OURS]


def test_second_connection_is_told_of_and_cut(door: Door) -> None:
    first = door.connect()
    hear(door)
    second = door.connect()
    assert hear(door) == [OURS]
    assert second.ends(10)
    assert not first.ends(0.05)


def test_stranger_is_cut_before_it_says_anything(door: Door) -> None:
    door.workers.clear()
    peer = door.connect()
    assert hear(door) == []
    assert peer.ends(10)
    assert door.connections.strangers == 1
    assert door.connections.missing([]) == []


def test_stranger_is_told_from_a_worker_by_its_process(door: Door) -> None:
    ours = door.connect()
    hear(door)
    program = "import socket, sys; s = socket.socket(1); s.connect(sys.argv[1])\nwhile s.recv(9): 0"
    stranger = subprocess.Popen([sys.executable, "-c", program, door.path])
    hear(door)
    assert stranger.wait(10) == 0
    assert door.connections.strangers == 1
    assert not ours.ends(0.05)


def test_who_went_before_we_looked_is_not_mistaken_for_who_came_then(door: Door) -> None:
    door.connect().close()
    assert door.connections.monitor.poll(10_000)
    until(lambda: not accepted(door))  # so that its number is free again
    peer = door.connect()
    until(lambda: accepted(door))
    again: list[int] = []
    while door.connections.monitor.poll(200):  # one event for each of the two
        again += door.connections.receive()
    assert again == []
    assert door.connections.missing([OURS]) == []
    assert not peer.ends(0.05)


def test_connection_of_who_is_gone_is_cut_though_a_child_has_it_still(door: Door) -> None:
    peer = door.connect()
    hear(door)
    program = [sys.executable, "-c", "import time; time.sleep(60)"]
    child = subprocess.Popen(program, pass_fds=[peer.socket.fileno()])
    door.connections.cut(OURS)
    assert peer.ends(10)
    child.kill()
    child.wait()
    assert door.connections.missing([]) == []


def test_who_is_unknown_may_be_cut(door: Door) -> None:
    door.connections.cut(1)


def test_bytes_that_nobody_has_read_are_on_their_way(door: Door) -> None:
    door.backend.expect("w")
    peer = door.connect()
    assert door.let_in(peer, "w")
    hear(door)
    assert door.connections.sending() == []
    # Beyond two messages that wait ZeroMQ reads no further.
    peer.write(message([b"x" * 20_000]) * 5)
    until(lambda: door.connections.sending() == [OURS])
    door.connections.cut(OURS)
    assert door.connections.sending() == []


def accepted(door: Door) -> bool:
    """Tell whether the socket has an accepted connection, by the kernel's list."""
    listening = 0x10000
    lines = Path("/proc/net/unix").read_text("ascii").splitlines()
    rows = [line.split() for line in lines if line.endswith(door.path)]
    return any(not int(row[3], 16) & listening for row in rows)
