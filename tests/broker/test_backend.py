"""The workers' socket, with workers that break the protocol on purpose."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import zmq
from door import Door
from zmtp import MORE, frame, message

from actionsd_broker.backend import Backend, Event, Reported, Started, Violation
from actionsd_broker.job import Job
from actionsd_broker.plan import make_plan
from actionsd_protocol.frames import MAX_WORKER_ENVELOPE_BYTES, encode
from actionsd_protocol.messages import Action, Ready, Report

READY = encode(Ready(pid=os.getpid(), v8="14", layers=[]))
REPORT = encode(Report(job=1, spans=[]), b"{}")
JOB = Job(
    1, "t", "2:4", make_plan([Action(name="f", script="")]), b"{}", check=False, accepted_at=0
)


class Worker:
    """One end of a session, in a test's hands."""

    def __init__(self, endpoint: str, name: str) -> None:
        self.socket: zmq.Socket[bytes] = zmq.Context.instance().socket(zmq.DEALER)
        self.socket.setsockopt(zmq.ROUTING_ID, name.encode())
        self.socket.setsockopt(zmq.PLAIN_USERNAME, name.encode())
        self.socket.setsockopt(zmq.PLAIN_PASSWORD, b"-")
        self.socket.setsockopt(zmq.LINGER, 0)
        self.socket.connect(endpoint)

    def say(self, *messages: list[bytes]) -> None:
        for frames in messages:
            self.socket.send_multipart(frames)


@pytest.fixture
def endpoint(short_path: Path) -> str:
    return f"ipc://{short_path}/w"


@pytest.fixture
def backend(endpoint: str) -> Iterator[Backend]:
    context: zmq.Context[zmq.Socket[bytes]] = zmq.Context()
    backend = Backend(context, endpoint, lambda _: True)
    backend.expect("w1")
    yield backend
    backend.close()
    context.term()


@pytest.fixture
def worker(endpoint: str, backend: Backend) -> Iterator[Worker]:
    assert backend
    worker = Worker(endpoint, "w1")
    yield worker
    worker.socket.close()


def hear(backend: Backend) -> list[Event]:
    poller = zmq.Poller()
    poller.register(backend.socket, zmq.POLLIN)
    poller.register(backend.tickets.socket, zmq.POLLIN)
    while backend.socket not in (stirred := dict(poller.poll(10_000))):
        assert stirred, "nothing came"
        backend.tickets.answer()
    return backend.receive()


def get_busy(backend: Backend, worker: Worker) -> None:
    worker.say(READY)
    assert hear(backend) == [Started("w1", os.getpid(), "14", [])]
    backend.assign("w1", JOB)


def test_report_of_the_assigned_job_is_passed_on(backend: Backend, worker: Worker) -> None:
    get_busy(backend, worker)
    worker.say(REPORT)
    assert hear(backend) == [Reported("w1", [], b"{}")]


@pytest.mark.parametrize(
    "frames",
    [
        REPORT,
        encode(Report(job=2, spans=[]), b"{}"),
        [b"garbage"],
        [b""],
        [*READY, b"more", b"frames"],
        [b"\x02" + READY[0][1:]],
    ],
)
def test_anything_before_ready_is_a_violation(
    backend: Backend, worker: Worker, frames: list[bytes]
) -> None:
    worker.say(frames)
    assert [type(event) for event in hear(backend)] == [Violation]


def test_worker_that_reports_twice_at_once_is_not_believed_at_all(
    backend: Backend, worker: Worker
) -> None:
    get_busy(backend, worker)
    worker.say(*[REPORT] * 50)
    events: list[Event] = []
    while not any(isinstance(event, Violation) for event in events):
        events = hear(backend)
    assert [type(event) for event in events] == [Violation]
    assert backend.receive() == []


def test_stranger_is_ignored(backend: Backend, endpoint: str, worker: Worker) -> None:
    stranger = Worker(endpoint, "w9")
    stranger.say(READY)
    worker.say(READY)
    events: list[Event] = []
    while not events:
        events = hear(backend)
    stranger.socket.close()
    assert events == [Started("w1", os.getpid(), "14", [])]


def test_worker_that_comes_under_a_name_that_is_not_its_own_is_the_one_to_blame(
    door: Door,
) -> None:
    door.backend.expect("w1")
    door.backend.expect("w2")
    peer = door.connect()
    assert door.let_in(peer, "w1", identity="w2")
    peer.write(message(READY))
    door.backend.socket.poll(10_000)
    assert door.backend.receive() == [Violation("w1", "comes under a false name")]


def test_frames_without_number_are_discarded_and_others_heard_after_them(door: Door) -> None:
    endless, honest = door.connect(), door.connect()
    for peer, name in ((endless, "w1"), (honest, "w2")):
        door.backend.expect(name)
        assert door.let_in(peer, name)
    endless.write(frame(b"", MORE) * 30_000 + frame(b""))
    events = door.hear(1)
    honest.write(message(READY))
    events += door.hear(1)
    assert events == [
        Violation("w1", "a message has 1 or 2 frames, this one 3"),
        Started("w2", os.getpid(), "14", []),
    ]


def test_worker_has_not_much_to_say(door: Door) -> None:
    door.backend.expect("w1")
    peer = door.connect()
    assert door.let_in(peer, "w1")
    peer.write(message([b"\x01" + b"\x80" * MAX_WORKER_ENVELOPE_BYTES]))
    (event,) = door.hear(1)
    assert isinstance(event, Violation)
    assert event.reason.startswith("envelope of 131073 bytes")
