"""The floor: what ZeroMQ's ROUTER sockets cost in Python when nothing else is done.

A client, a broker that passes frames on without looking at them, and workers that answer
at once, each a process. The same number of jobs in flight, messages of the same size.
What a machine needs for this says how fast it is: figures from two machines are compared
as multiples of their floors.
"""

from __future__ import annotations

import multiprocessing
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import cycle
from multiprocessing.connection import Connection

import zmq

from benchmarks.errors import BenchmarkError
from benchmarks.figures import Measured, Point, Run, make_measured

JOB = b"j" * 1900
"""As long as w2's context."""

RESULT = b"r" * 1500
ENVELOPE = b"e" * 80
SECONDS_TO_START = 30.0


def run_floor(point: Point, seconds: float, warm_up_seconds: float) -> Run:
    """Make a run."""
    load_average = round(os.getloadavg()[0], 2)
    with tempfile.TemporaryDirectory(prefix="actionsd-floor-") as directory:
        ends = f"ipc://{directory}/c", f"ipc://{directory}/w"
        with (
            _process(broker, *ends, point.workers) as broker_link,
            _workers(ends[1], point.workers) as worker_links,
        ):
            for link in (broker_link, *worker_links):
                _hear(link)
            measured, spent = _measure(
                ends[0], point.in_flight, (warm_up_seconds, seconds), [broker_link, *worker_links]
            )
    return Run(measured, {"broker": spent[0], "worker": sum(spent[1:])}, load_average)


def _measure(
    endpoint: str, in_flight: int, seconds: tuple[float, float], links: list[Connection]
) -> tuple[Measured, list[float]]:
    with _process(client, endpoint, in_flight, seconds) as link:
        _hear(link)  # warm
        before = [_ask(other) for other in links]
        link.send("go")
        measured = _hear(link)
        if not isinstance(measured, Measured):
            raise BenchmarkError("the floor's client said something else")
        return measured, [_ask(o) - b for o, b in zip(links, before, strict=True)]


def client(link: Connection, endpoint: str, in_flight: int, seconds: tuple[float, float]) -> None:
    """Keep so many messages in flight, twice: to warm up, and to be measured."""
    socket: zmq.Socket[bytes] = zmq.Context.instance().socket(zmq.DEALER)
    socket.connect(endpoint)
    send_for(socket, in_flight, seconds[0])
    link.send("warm")
    link.recv()
    cpu, started = time.process_time(), time.perf_counter()
    latencies = send_for(socket, in_flight, seconds[1])
    wall, cpu = time.perf_counter() - started, time.process_time() - cpu
    link.send(make_measured(latencies, wall, cpu))


def send_for(socket: zmq.Socket[bytes], in_flight: int, seconds: float) -> list[float]:
    """Send for some time; return how long each answer took."""
    latencies: list[float] = []
    clock = time.perf_counter
    until = clock() + seconds
    sent = {}
    for number in range(in_flight):
        sent[number] = clock()
        socket.send_multipart([b"%d" % number, ENVELOPE, JOB])
    while sent:
        frames = socket.recv_multipart()
        number, now = int(frames[0]), clock()
        latencies.append(now - sent[number])
        if now < until:
            sent[number] = now
            socket.send_multipart([frames[0], ENVELOPE, JOB])
        else:
            del sent[number]
    return latencies


def broker(link: Connection, front: str, back: str, workers: int) -> None:
    """Pass messages on, to the workers in turn."""
    context: zmq.Context[zmq.Socket[bytes]] = zmq.Context.instance()
    frontend, backend = context.socket(zmq.ROUTER), context.socket(zmq.ROUTER)
    frontend.bind(front)
    backend.bind(back)
    turns = cycle([backend.recv_multipart()[0] for _ in range(workers)])
    link.send("ready")
    poller = zmq.Poller()
    poller.register(frontend, zmq.POLLIN)
    poller.register(backend, zmq.POLLIN)
    poller.register(link.fileno(), zmq.POLLIN)
    while True:
        stirred = dict(poller.poll())
        if frontend in stirred:
            for frames in _received(frontend):
                backend.send_multipart([next(turns), *frames])
        if backend in stirred:
            for frames in _received(backend):
                frontend.send_multipart(frames[1:])
        if link.fileno() in stirred:
            link.recv()
            link.send(time.process_time())


def worker(link: Connection, endpoint: str) -> None:
    """Answer each message."""
    socket: zmq.Socket[bytes] = zmq.Context.instance().socket(zmq.DEALER)
    socket.connect(endpoint)
    socket.send_multipart([b"ready"])
    link.send("ready")
    poller = zmq.Poller()
    poller.register(socket, zmq.POLLIN)
    poller.register(link.fileno(), zmq.POLLIN)
    while True:
        stirred = dict(poller.poll())
        if socket in stirred:
            for frames in _received(socket):
                socket.send_multipart([*frames[:2], ENVELOPE, RESULT])
        if link.fileno() in stirred:
            link.recv()
            link.send(time.process_time())


def _received(socket: zmq.Socket[bytes]) -> Iterator[list[bytes]]:
    while True:
        try:
            yield socket.recv_multipart(zmq.NOBLOCK)
        except zmq.Again:
            return


@contextmanager
def _workers(endpoint: str, count: int) -> Iterator[list[Connection]]:
    if count == 0:
        yield []
        return
    with _process(worker, endpoint) as link, _workers(endpoint, count - 1) as others:
        yield [link, *others]


@contextmanager
def _process(target: object, *arguments: object) -> Iterator[Connection]:
    processes = multiprocessing.get_context("spawn")
    ours, theirs = processes.Pipe()
    process = processes.Process(target=target, args=(theirs, *arguments), daemon=True)  # type: ignore[arg-type] # any of ours
    process.start()
    theirs.close()
    try:
        yield ours
    finally:
        process.kill()
        process.join()
        ours.close()


def _hear(link: Connection) -> object:
    if not link.poll(SECONDS_TO_START):
        raise BenchmarkError("a process of the floor says nothing")
    return link.recv()


def _ask(link: Connection) -> float:
    link.send("cpu")
    answer = _hear(link)
    if not isinstance(answer, float):
        raise BenchmarkError("a process of the floor said something else")
    return answer
