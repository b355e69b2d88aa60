"""The workers' socket, with workers that break the protocol on purpose."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import zmq
from door import Door
from wire import VERSION, entry, framed
from zmtp import MORE, frame, message

from actionsd_broker.backend import Account, Backend, Called, Event, Reported, Started, Violation
from actionsd_broker.job import Job
from actionsd_broker.plan import make_plan
from actionsd_protocol import frames
from actionsd_protocol.frames import MAX_WORKER_ENVELOPE_BYTES, TO_WORKER, encode
from actionsd_protocol.messages import Action, Assign, GetMetadata, Ready, Report

READY = framed(Ready(pid=os.getpid(), v8="14", layers=[]))
REPORT = framed(Report(job=1, spans=[]), b"{}")
PLAN = make_plan([Action(name="f", script="")])


def job(number: int, context: bytes = b"{}") -> Job:
    return Job(number, "t", "2:4", PLAN, context, check=False, accepted_at=0)


def report(number: int, document: bytes = b"{}") -> bytes:
    return encode(Report(job=number, spans=[]), document)


class Worker:
    """One end of a session, in a test's hands."""

    def __init__(self, endpoint: str, name: str) -> None:
        self.socket: zmq.Socket[bytes] = zmq.Context.instance().socket(zmq.DEALER)
        self.socket.setsockopt(zmq.ROUTING_ID, name.encode())
        self.socket.setsockopt(zmq.PLAIN_USERNAME, name.encode())
        self.socket.setsockopt(zmq.PLAIN_PASSWORD, b"-")
        self.socket.setsockopt(zmq.LINGER, 0)
        self.socket.connect(endpoint)

    def say(self, *frames: bytes) -> None:
        for each in frames:
            self.socket.send(each)

    def hear(self) -> list[Assign]:
        assert self.socket.poll(10_000)
        return [message for message, _ in TO_WORKER.decode(self.socket.recv())]


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


def get_busy(backend: Backend, worker: Worker, *numbers: int) -> None:
    worker.say(READY)
    assert hear(backend) == [Started("w1", os.getpid(), "14", [])]
    backend.assign("w1", [job(number) for number in numbers or (1,)])


def test_report_of_the_assigned_job_is_passed_on(backend: Backend, worker: Worker) -> None:
    get_busy(backend, worker)
    worker.say(REPORT)
    assert hear(backend) == [Reported("w1", [Account([], b"{}")])]


def test_reports_of_one_frame_are_passed_on_together(backend: Backend, worker: Worker) -> None:
    get_busy(backend, worker, 1, 2, 3)
    worker.say(frames.frame([report(1, b"a"), report(2, b"b")]))
    assert hear(backend) == [Reported("w1", [Account([], b"a"), Account([], b"b")])]
    worker.say(frames.frame([report(3, b"c")]))
    assert hear(backend) == [Reported("w1", [Account([], b"c")])]


def test_call_comes_after_the_reports_before_it(backend: Backend, worker: Worker) -> None:
    get_busy(backend, worker, 1, 2)
    asked = GetMetadata(job=2, call=1, step=0, seconds=1.0)
    worker.say(frames.frame([report(1), encode(asked)]))
    assert hear(backend) == [
        Reported("w1", [Account([], b"{}")]),
        Called("w1", asked, b""),
    ]


@pytest.mark.parametrize(
    "said",
    [
        [report(2)],
        [report(2), report(1)],
        [report(1), report(1)],
        [report(1), report(2), report(3)],
        [report(1), encode(GetMetadata(job=1, call=1, step=0, seconds=1.0))],
        [encode(GetMetadata(job=2, call=1, step=0, seconds=1.0))],
        [report(1), b"garbage"],
    ],
    ids=[
        "the second first",
        "the other way round",
        "one twice",
        "more than there are",
        "a call of one that is done",
        "a call of one that has not begun",
        "no message",
    ],
)
def test_worker_that_takes_its_jobs_out_of_turn_is_not_believed_at_all(
    backend: Backend, worker: Worker, said: list[bytes]
) -> None:
    get_busy(backend, worker, 1, 2)
    worker.say(frames.frame(said))
    assert [type(event) for event in hear(backend)] == [Violation]
    assert not backend.knows("w1")


def test_jobs_that_are_assigned_together_share_a_frame_and_each_script_is_sent_once(
    backend: Backend, worker: Worker
) -> None:
    get_busy(backend, worker, 1, 2, 3)
    assigned = worker.hear()
    assert [message.job for message in assigned] == [1, 2, 3]
    assert [len(message.scripts) for message in assigned] == [1, 0, 0]


def test_new_realm_is_for_the_first_of_them(backend: Backend, worker: Worker) -> None:
    get_busy(backend, worker)
    worker.hear()
    worker.say(REPORT)
    hear(backend)
    backend.assign("w1", [job(2), job(3)], new_realm=True)
    assert [message.new_realm for message in worker.hear()] == [True, False]


def test_jobs_that_do_not_fit_one_frame_come_in_several(backend: Backend, worker: Worker) -> None:
    get_busy(backend, worker)
    worker.hear()
    worker.say(REPORT)
    hear(backend)
    backend.assign("w1", [job(number, bytes(600_000)) for number in (2, 3, 4)])
    assert [[message.job for message in worker.hear()] for _ in range(3)] == [[2], [3], [4]]


@pytest.mark.parametrize(
    "said",
    [
        [REPORT],
        [framed(Report(job=2, spans=[]), b"{}")],
        [b"garbage"],
        [b""],
        [READY, b"more", b"frames"],
        [b"\x01" + READY[1:]],
    ],
)
def test_anything_before_ready_is_a_violation(
    backend: Backend, worker: Worker, said: list[bytes]
) -> None:
    worker.socket.send_multipart(said)
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
    peer.write(message([READY]))
    door.backend.socket.poll(10_000)
    assert door.backend.receive() == [Violation("w1", "comes under a false name")]


def test_frames_without_number_are_discarded_and_others_heard_after_them(door: Door) -> None:
    endless, honest = door.connect(), door.connect()
    for peer, name in ((endless, "w1"), (honest, "w2")):
        door.backend.expect(name)
        assert door.let_in(peer, name)
    endless.write(frame(b"", MORE) * 30_000 + frame(b""))
    events = door.hear(1)
    honest.write(message([READY]))
    events += door.hear(1)
    assert events == [
        Violation("w1", "a message has one frame, this one more"),
        Started("w2", os.getpid(), "14", []),
    ]


def test_worker_has_not_much_to_say(door: Door) -> None:
    door.backend.expect("w1")
    peer = door.connect()
    assert door.let_in(peer, "w1")
    peer.write(message([VERSION + entry(bytes(MAX_WORKER_ENVELOPE_BYTES + 1))]))
    (event,) = door.hear(1)
    assert isinstance(event, Violation)
    assert event.reason.startswith("envelope of 131073 bytes")
