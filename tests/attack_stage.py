"""The tests' end of the attacks: a broker's door, things to reach for, and the outcomes."""

from __future__ import annotations

import os
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple, Self

import msgspec
import zmq
from attack_zygote import Aftermath, Surroundings

from actionsd_broker import kernel_word
from actionsd_broker.tickets import Tickets
from actionsd_broker.uids import Uids
from actionsd_protocol.messages import Layer
from actionsd_protocol.orders import ORDER_BYTES, Exited, Probe, Spawned, WorkerOrders, ZygoteAnswer

USER = 1500
"""The ordinary user where the tests run as root."""

_TESTS = Path(__file__).parent
ATTACKS = _TESTS / "hostile" / "native"
PATIENCE_SECONDS = 20.0
LOOK_SECONDS = 0.01
MEMORY_MIB = 32
IDLE_MIB = 96
"""What a worker holds without a job, and more."""

_ANSWERS = msgspec.json.Decoder(ZygoteAnswer)


class Result(NamedTuple):
    """How an attack ended.

    `through`; `killed` by the filter; `watched`, that is, seen from outside to take memory,
    for which a broker ends it; `crashed`; or the errno that it met.
    """

    outcome: str
    detail: str
    layers: list[Layer]


class Stage:
    """Runs attacks, one at a time; `contained`, as if in a container. Use as a context manager."""

    def __init__(self, directory: Path, *, contained: bool = False) -> None:
        self.root = os.geteuid() == 0
        self._directory = directory
        self._uids = Uids()
        self._uid = self._uids.take()
        self._resources = ExitStack()
        self._serial = 0
        self._pids: dict[str, int] = {}
        directory.chmod(0o755)
        for name in ("empty", "files"):
            (directory / name).mkdir()
        (directory / "files").chmod(0o777)
        self._open_door()
        self._start_zygote([_TESTS / "container.py", sys.executable] if contained else [])

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._resources.close()
        self._uids.give_back(self._uid)

    def run(self, attack: str, *, sealed: bool, user: bool) -> Result:
        """Attack as root or as an ordinary user, and say how it ended."""
        self._serial += 1
        identity = f"attacker-{self._serial}"
        self._tickets.issue(identity)
        orders = WorkerOrders(
            identity=identity,
            socket=f"{self._directory}/s",
            empty=f"{self._directory}/empty",
            uid=None if user else self._uid,
            memory_mib=MEMORY_MIB,
            probe=Probe(attack, sealed=sealed),
        )
        reader, writer = os.pipe2(os.O_CLOEXEC)
        with os.fdopen(reader, "rb") as words:
            try:
                socket.send_fds(self._control, [msgspec.json.encode(orders)], [writer])
            finally:
                os.close(writer)
            watched, returncode = self._watch(sealed=sealed)
            os.set_blocking(words.fileno(), False)
            result = _judge(returncode, words.read() or b"")
            return result._replace(outcome="watched") if watched else result

    def _watch(self, *, sealed: bool) -> tuple[bool, int]:
        """Wait for the end; tell whether memory was seen to be taken, and the exit status."""
        born, fds = self._hear()
        assert isinstance(born, Spawned), born
        [pidfd] = fds
        watched = False
        deadline = time.monotonic() + PATIENCE_SECONDS
        try:
            while not self._stirs(LOOK_SECONDS):
                watched = watched or (sealed and _has_taken_memory(born.pid))
                if watched or time.monotonic() > deadline:
                    signal.pidfd_send_signal(pidfd, signal.SIGKILL)
                    self._stirs(PATIENCE_SECONDS)
        finally:
            os.close(pidfd)
        ended, _ = self._hear()
        assert isinstance(ended, Exited), ended
        return watched, ended.returncode

    def _hear(self) -> tuple[ZygoteAnswer, list[int]]:
        message, fds, _, _ = socket.recv_fds(self._control, ORDER_BYTES, 1)
        assert message, "the zygote is gone"
        return _ANSWERS.decode(message), fds

    def _stirs(self, seconds: float) -> bool:
        return bool(select.select([self._control], [], [], seconds)[0])

    def _open_door(self) -> None:
        self._context: zmq.Context[zmq.Socket[bytes]] = zmq.Context()
        self._tickets = Tickets(self._context)
        self._door = self._context.socket(zmq.ROUTER)
        self._tickets.guard(self._door)
        self._door.setsockopt(zmq.LINGER, 0)
        self._door.bind(f"ipc://{self._directory}/s")
        (self._directory / "s").chmod(0o777)
        self._closing = threading.Event()
        keeper = threading.Thread(target=self._keep_door)
        keeper.start()
        self._resources.callback(self._context.term)
        self._resources.callback(self._door.close)
        self._resources.callback(keeper.join)
        self._resources.callback(self._closing.set)

    def _keep_door(self) -> None:
        while not self._closing.is_set():
            if self._tickets.socket.poll(50):
                self._tickets.answer()
        self._tickets.close()

    def _start_zygote(self, before: Sequence[Path | str]) -> None:
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._resources.enter_context(self._control)
        with theirs:
            zygote = subprocess.Popen(
                [sys.executable, *before, _TESTS / "attack_zygote.py"],
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                cwd="/",
                env={"TZ": "UTC", "LANG": "C.UTF-8"},
            )
        self._resources.callback(zygote.wait)
        self._resources.callback(zygote.kill)
        self._control.send(msgspec.json.encode(self._surroundings()))

    def _surroundings(self) -> Surroundings:
        abstract = f"actionsd-{os.urandom(8).hex()}"
        unix = f"{self._directory}/unix"
        for address in ("\0" + abstract, unix):
            its = self._resources.enter_context(socket.socket(socket.AF_UNIX))
            its.bind(address)
            its.listen(64)
        Path(unix).chmod(0o777)
        tcp = self._resources.enter_context(socket.create_server(("127.0.0.1", 0)))
        udp = self._resources.enter_context(socket.socket(type=socket.SOCK_DGRAM))
        udp.bind(("127.0.0.1", 0))
        return Surroundings(
            attacks=str(ATTACKS),
            directory=f"{self._directory}/files",
            unix=unix,
            abstract=abstract,
            tcp=tcp.getsockname()[1],
            udp=udp.getsockname()[1],
            user=USER if self.root else None,
        )


def _has_taken_memory(pid: int) -> bool:
    try:
        return kernel_word.resident_bytes(pid) > (IDLE_MIB + MEMORY_MIB) * 2**20
    except OSError:
        return False  # it has ended


def _judge(returncode: int, words: bytes) -> Result:
    lines = words.splitlines()
    try:
        layers = msgspec.json.decode(lines[0], type=list[Layer])
        if returncode == -signal.SIGSYS:
            return Result("killed", "", layers)
        if returncode == -signal.SIGKILL:
            return Result("hangs", "", layers)
        if returncode == -signal.SIGSEGV:
            return Result("crashed", "", layers)
        aftermath = msgspec.json.decode(lines[1], type=Aftermath)
    except (IndexError, msgspec.DecodeError):
        said = words.decode(errors="replace")
        return Result("broken", f"exit status {returncode}: {said}", [])
    return Result(aftermath.outcome, aftermath.detail, layers)
