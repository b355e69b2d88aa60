"""Attempts to break out of workers, for `actionsd doctor`: real workers, one for each.

An attempt is made twice: by a sealed worker, and as a control by a process like it that
is not sealed. What the control cannot do either proves nothing, and is said so.
"""

from __future__ import annotations

import os
import select
import signal
from collections.abc import Iterator
from typing import NamedTuple, Self

import msgspec
import zmq

from actionsd_broker.errors import StartError
from actionsd_broker.launcher import Born, Launcher, ZygoteGone
from actionsd_broker.supervisor import Quarters
from actionsd_broker.tickets import Tickets
from actionsd_broker.uids import Uids
from actionsd_protocol.orders import Exited, Probe, ProbeAnswer, Unspawned

PROBES = (
    "read a file",
    "list the root directory",
    "read the parent's environment",
    "create a file",
    "connect over TCP",
    "send over UDP",
    "connect to a local socket",
    "listen",
    "start a process",
    "run a program",
    "signal the parent",
    "be traced",
    "make executable memory",
    "make an anonymous file",
    "use io_uring",
    "use a keyring",
    "enter a namespace",
)
"""What the sandbox can try (actionsd_sandbox.probes)."""

_PATIENCE_MS = 30_000
_ANSWER_BYTES = 4096


class Finding(NamedTuple):
    """How one attempt went, sealed and not."""

    probe: str
    stopped: bool
    detail: str
    control_through: bool
    control_detail: str


class Checkup:
    """Makes attempts. Use as a context manager."""

    def __init__(self, quarters: Quarters) -> None:
        self._quarters = quarters
        self._uids = Uids()
        self._context: zmq.Context[zmq.Socket[bytes]] = zmq.Context()
        self._tickets = Tickets(self._context)
        self._door = self._context.socket(zmq.ROUTER)
        self._tickets.guard(self._door)
        self._door.setsockopt(zmq.LINGER, 0)
        self._door.bind(f"ipc://{quarters.socket}")
        self._launcher = Launcher(jitless=quarters.jitless)
        self._poller = zmq.Poller()
        self._poller.register(self._tickets.socket, zmq.POLLIN)
        self._poller.register(self._launcher.control, zmq.POLLIN)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._launcher.close()
        self._tickets.close()
        self._door.close()
        self._context.term()

    def run(self) -> Iterator[Finding]:
        """Make every attempt; raises StartError if workers cannot be started."""
        for probe in PROBES:
            through, detail = self._attempt(Probe(probe, sealed=True))
            yield Finding(probe, not through, detail, *self._attempt(Probe(probe, sealed=False)))

    def _attempt(self, probe: Probe) -> tuple[bool, str]:
        identity = f"probe-{os.urandom(16).hex()}"
        self._tickets.issue(identity)
        uid = self._uids.take()
        orders = self._quarters.orders(identity, uid, probe)
        reader, writer = os.pipe2(os.O_CLOEXEC)
        try:
            self._launcher.spawn(orders, writer)
            os.close(writer)
            returncode = self._wait()
            return _judge(returncode, os.read(reader, _ANSWER_BYTES) if _readable(reader) else b"")
        finally:
            os.close(reader)
            self._uids.give_back(uid)

    def _wait(self) -> int:
        while stirred := dict(self._poller.poll(_PATIENCE_MS)):
            if self._tickets.socket in stirred:
                self._tickets.answer()
            for event in self._launcher.receive():
                match event:
                    case Born(pidfd=pidfd):
                        os.close(pidfd)
                    case Exited(returncode=returncode):
                        return returncode
                    case Unspawned(error=error):
                        raise StartError(f"a worker cannot be started: {os.strerror(error)}")
                    case ZygoteGone():
                        raise StartError("the process that workers are forked from has ended")
        raise StartError(f"a worker did not end within {_PATIENCE_MS // 1000} s")


def _readable(descriptor: int) -> bool:
    return bool(select.select([descriptor], [], [], 0)[0])


def _judge(returncode: int, words: bytes) -> tuple[bool, str]:
    if returncode == -signal.SIGSYS:
        return False, "killed"
    try:
        answer = msgspec.json.decode(words, type=ProbeAnswer)
    except msgspec.DecodeError:
        # No answer is no proof: whatever happened, it was not what stops the attempt.
        text = words.decode(errors="replace").strip().rpartition("\n")[2]
        return True, f"no answer (status {returncode}) {text}".rstrip()
    return answer.through, answer.detail
