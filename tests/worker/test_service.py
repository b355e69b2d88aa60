from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest
import zmq
from wire import VERSION, entry, framed, packed
from zmq.auth.thread import ThreadAuthenticator

from actionsd_protocol.errors import LocalProtocolError, RemoteProtocolError
from actionsd_protocol.frames import FROM_WORKER, encode, frame
from actionsd_protocol.messages import (
    Answer,
    Assign,
    GetMetadata,
    Layer,
    Message,
    Ready,
    Report,
    Span,
    Step,
    Stop,
    Welcome,
)
from actionsd_sandbox.isolate import Engine
from actionsd_worker.runner import Runner
from actionsd_worker.service import Service

STEP = Step(name="f", script="a" * 32, timeout=1.0, allowed_to_fail=False, fresh=False)
ASSIGN = Assign(job=7, trigger="t", steps=[STEP], scripts={}, forget=[], check=False)


BUSY_SECONDS = 1.0
BUSY = "function f() { const end = Date.now() + 1000; while (Date.now() < end); }"
LAYERS = [Layer("seccomp", on=True, detail="a filter")]


class Broker:
    """The other end: a real ROUTER socket that lets one worker in."""

    def __init__(self, path: str) -> None:
        # Of its own: the place of a door in a context may be taken for a moment after its end.
        self._context: zmq.Context[zmq.Socket[bytes]] = zmq.Context()
        context = self._context
        self._door = ThreadAuthenticator(context)
        self._door.start()
        self._door.configure_plain("workers", {"w": "-"})
        self._socket: zmq.Socket[bytes] = context.socket(zmq.ROUTER)
        self._socket.setsockopt(zmq.PLAIN_SERVER, 1)
        self._socket.setsockopt(zmq.ZAP_DOMAIN, b"workers")
        self._socket.setsockopt(zmq.RCVTIMEO, 60_000)
        self._socket.setsockopt(zmq.LINGER, 0)
        self._socket.bind(f"ipc://{path}")

    def receive(self) -> tuple[bytes, Message, bytes]:
        identity, frame = self._socket.recv_multipart()
        [(message, payload)] = FROM_WORKER.decode(frame)
        return identity, message, payload

    def receive_frame(self) -> list[Message]:
        _, frame = self._socket.recv_multipart()
        return [message for message, _ in FROM_WORKER.decode(frame)]

    def silent(self) -> bool:
        return not self._socket.poll(0)

    def send(self, message: Message, payload: bytes | None = None) -> None:
        self.send_raw(framed(message, payload))

    def assign(self, *jobs: int) -> None:
        assigns = [msgspec.structs.replace(ASSIGN, job=job) for job in jobs]
        self.send_raw(frame([encode(assign, b"{}") for assign in assigns]))

    def send_raw(self, frame: bytes) -> None:
        self._socket.send_multipart([b"w", frame])

    def close(self) -> None:
        self._socket.close()
        self._door.stop()
        self._context.term()


@pytest.fixture
def path(short_path: Path) -> str:
    return f"{short_path}/b"


@pytest.fixture
def broker(path: str) -> Iterator[Broker]:
    broker = Broker(path)
    yield broker
    broker.close()


@pytest.fixture
def service(broker: Broker, path: str) -> Iterator[Service]:  # noqa: ARG001 - bound first
    service = Service("w")
    service.connect(path)
    yield service
    service._socket.close(linger=0)


@pytest.fixture
def greeted(service: Service, broker: Broker) -> Service:
    service.greet("14.4", LAYERS)
    broker.receive()
    return service


@pytest.fixture
def patient(greeted: Service, broker: Broker, monkeypatch: pytest.MonkeyPatch) -> Service:
    """One whose reports may wait for as long as a test takes, with the jobs 7, 8 and 9."""
    monkeypatch.setattr("actionsd_worker.service.LATE_SECONDS", 60.0)
    broker.assign(7, 8, 9)
    return greeted


def answer(service: Service, job: int) -> None:
    service.next_job()
    service.report(job, [], b"{}")


def test_greeting_says_who_is_ready(service: Service, broker: Broker) -> None:
    service.greet("14.4", LAYERS)
    assert broker.receive() == (b"w", Ready(pid=os.getpid(), v8="14.4", layers=LAYERS), b"")


def test_job_comes_with_its_context(greeted: Service, broker: Broker) -> None:
    broker.send(ASSIGN, b'{"user":{}}')
    assert greeted.next_job() == (ASSIGN, b'{"user":{}}')


def test_report_carries_the_document(greeted: Service, broker: Broker) -> None:
    broker.send(ASSIGN, b"{}")
    greeted.next_job()
    greeted.report(7, [Span(2, 1)], b"document")
    assert broker.receive()[1:] == (Report(job=7, spans=[Span(2, 1)]), b"document")


def test_job_after_job_is_taken(greeted: Service, broker: Broker) -> None:
    for _ in range(3):
        broker.send(ASSIGN, b"{}")
        greeted.next_job()
        greeted.report(7, [], b"{}")
        broker.receive()


def test_call_is_answered_before_anything_else(greeted: Service, broker: Broker) -> None:
    broker.send(ASSIGN, b"{}")
    greeted.next_job()
    for number in (1, 2):
        assert greeted.next_call == number
        answer = Answer(job=7, call=number)
        broker.send(answer, b"document")  # it may well be there before it is waited for
        asked = GetMetadata(job=7, call=number, step=0, seconds=1.0)
        assert greeted.call(asked) == (answer, b"document")
        assert broker.receive() == (b"w", asked, b"")
    greeted.report(7, [], b"{}")


@pytest.mark.parametrize("message", [Stop(), Answer(job=7, call=2), Answer(job=8, call=1)])
def test_anything_but_the_answer_is_refused(
    greeted: Service, broker: Broker, message: Message
) -> None:
    broker.send(ASSIGN, b"{}")
    greeted.next_job()
    broker.send(message, b"" if isinstance(message, Answer) else None)
    with pytest.raises(RemoteProtocolError):
        greeted.call(GetMetadata(job=7, call=1, step=0, seconds=1.0))


def test_stop_ends_the_jobs(greeted: Service, broker: Broker) -> None:
    broker.send(Stop())
    assert greeted.next_job() is None


@pytest.mark.parametrize(
    "frame",
    [
        b"",
        VERSION,
        b"\x01" + framed(ASSIGN, b"{}")[1:],
        VERSION + entry(b"\xc1"),
        framed(ASSIGN, b"{}")[:-1],
        packed({"type": "stop"}, b"{}"),
        framed(Welcome(broker="b", instance="i", triggers=[])),
    ],
    ids=[
        "empty",
        "no message",
        "version",
        "no MessagePack",
        "cut off",
        "payload",
        "for a client",
    ],
)
def test_what_is_no_message_for_a_worker_is_refused(
    greeted: Service, broker: Broker, frame: bytes
) -> None:
    broker.send_raw(frame)
    with pytest.raises(RemoteProtocolError):
        greeted.next_job()


def test_stop_while_busy_is_refused(greeted: Service, broker: Broker) -> None:
    broker.send(ASSIGN, b"{}")
    greeted.next_job()
    broker.send(Stop())
    with pytest.raises(RemoteProtocolError, match="not allowed when busy"):
        greeted.next_job()


def test_reports_of_jobs_that_came_together_share_a_frame(
    greeted: Service, broker: Broker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("actionsd_worker.service.LATE_SECONDS", 60.0)
    broker.assign(7, 8, 9)
    for job in (7, 8, 9):
        taken = greeted.next_job()
        assert taken is not None
        assert taken[0].job == job
        assert broker.silent()
        greeted.report(job, [], b"{}")
    assert broker.receive_frame() == [Report(job=job, spans=[]) for job in (7, 8, 9)]


def test_report_that_has_waited_long_enough_leaves_with_the_next(
    greeted: Service, broker: Broker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("actionsd_worker.service.LATE_SECONDS", 0.0)
    broker.assign(7, 8)
    greeted.next_job()
    greeted.report(7, [], b"{}")
    assert broker.receive_frame() == [Report(job=7, spans=[])]


def test_late_report_leaves_by_itself_and_an_early_one_does_not(
    patient: Service, broker: Broker
) -> None:
    for job in (7, 8):
        answer(patient, job)
        patient.flush_late()
        assert broker.silent()
    patient._late_at = 0.0
    patient.flush_late()
    assert broker.receive_frame() == [Report(job=7, spans=[]), Report(job=8, spans=[])]
    patient.flush_late()
    assert broker.silent()


def test_reports_do_not_wait_where_they_are_told_to_leave(patient: Service, broker: Broker) -> None:
    for job in (7, 8):
        answer(patient, job)
        assert broker.silent()
    patient.flush()
    assert broker.receive_frame() == [Report(job=7, spans=[]), Report(job=8, spans=[])]
    patient.flush()
    assert broker.silent()
    answer(patient, 9)
    assert broker.receive_frame() == [Report(job=9, spans=[])]


def test_late_report_waits_for_who_uses_the_socket(patient: Service, broker: Broker) -> None:
    """The handler that asks for it may have interrupted just them."""
    for job in (7, 8):
        answer(patient, job)
        late_at, patient._late_at = patient._late_at, 0.0
        with patient._lock:
            patient.flush_late()
            assert broker.silent()
        patient._late_at = late_at
    patient._late_at = 0.0
    patient.flush_late()
    assert broker.receive_frame() == [Report(job=7, spans=[]), Report(job=8, spans=[])]


def test_call_carries_the_reports_before_it(
    greeted: Service, broker: Broker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("actionsd_worker.service.LATE_SECONDS", 60.0)
    broker.assign(7, 8, 9)
    greeted.next_job()
    greeted.report(7, [], b"{}")
    greeted.next_job()
    broker.send(Answer(job=8, call=1), b"document")
    asked = GetMetadata(job=8, call=1, step=0, seconds=1.0)
    greeted.call(asked)
    assert broker.receive_frame() == [Report(job=7, spans=[]), asked]


def test_report_of_a_job_that_has_asked_leaves_at_once(
    greeted: Service, broker: Broker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It cannot be run again if the next one ends the process."""
    monkeypatch.setattr("actionsd_worker.service.LATE_SECONDS", 60.0)
    broker.assign(7, 8)
    greeted.next_job()
    broker.send(Answer(job=7, call=1), b"document")
    greeted.call(GetMetadata(job=7, call=1, step=0, seconds=1.0))
    broker.receive_frame()
    greeted.report(7, [], b"{}")
    assert broker.receive_frame() == [Report(job=7, spans=[])]


def test_jobs_that_were_on_their_way_when_it_called_are_kept(
    greeted: Service, broker: Broker
) -> None:
    broker.assign(7)
    greeted.next_job()
    broker.assign(8)
    broker.send(Answer(job=7, call=1), b"document")
    assert greeted.call(GetMetadata(job=7, call=1, step=0, seconds=1.0))[1] == b"document"
    greeted.report(7, [], b"{}")
    taken = greeted.next_job()
    assert taken is not None
    assert taken[0].job == 8


@pytest.mark.parametrize(
    "attempt",
    [
        lambda service: service.report(7, [], b"{}"),
        lambda service: service.greet("14.4", LAYERS),
    ],
    ids=["report without a job", "greeting twice"],
)
def test_message_out_of_turn_is_not_sent(
    greeted: Service, attempt: Callable[[Service], None]
) -> None:
    with pytest.raises(LocalProtocolError):
        attempt(greeted)


def test_report_for_another_job_is_not_sent(greeted: Service, broker: Broker) -> None:
    broker.send(ASSIGN, b"{}")
    greeted.next_job()
    with pytest.raises(LocalProtocolError, match="Report for job 8, assigned was 7"):
        greeted.report(8, [], b"{}")


@pytest.fixture
def alarm() -> Iterator[None]:
    """The deadline's timer as it was before."""
    before = signal.getsignal(signal.SIGALRM)
    yield
    signal.setitimer(signal.ITIMER_REAL, 0)
    signal.signal(signal.SIGALRM, before)


@pytest.mark.usefixtures("alarm")
def test_report_leaves_while_the_job_behind_it_keeps_v8_busy(
    greeted: Service, broker: Broker, engine: Engine
) -> None:
    sources = {"a" * 32: "function f() {}", "b" * 32: BUSY}
    assigns = [
        msgspec.structs.replace(
            ASSIGN,
            job=job,
            trigger="complement-token/pre-userinfo",
            steps=[msgspec.structs.replace(STEP, script=script, timeout=5.0)],
            scripts={script: source},
        )
        for job, (script, source) in zip((7, 8), sources.items(), strict=True)
    ]
    heard: list[tuple[float, list[Message]]] = []

    def listen() -> None:
        for _ in assigns:
            messages = broker.receive_frame()
            heard.append((time.monotonic(), messages))
        broker.send(Stop())

    listener = threading.Thread(target=listen)
    broker.send_raw(frame([encode(assign, b"{}") for assign in assigns]))
    listener.start()
    runner = Runner(engine, greeted)
    runner.prepare()
    runner.run()
    listener.join()
    (first_at, [first]), (second_at, [second]) = heard
    assert isinstance(first, Report)
    assert isinstance(second, Report)
    assert (first.job, second.job) == (7, 8)
    assert second_at - first_at > BUSY_SECONDS / 2


@pytest.mark.parametrize("name", ["nobody", "w2"])
def test_worker_that_is_not_let_in_gives_up(broker: Broker, path: str, name: str) -> None:
    assert broker
    stranger = Service(name)
    with pytest.raises(ConnectionError, match="does not let us in"):
        stranger.connect(path)
    stranger._socket.close(linger=0)
