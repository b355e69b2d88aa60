"""The broker's end of the zygote: a process from which workers are forked on order.

It knows the one process and the socket to it; what a worker's birth and death mean is
the supervisor's business. The zygote runs no scripts, and is trusted as the broker is.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from typing import NamedTuple, TypeAlias

import msgspec

from actionsd_protocol.orders import (
    ORDER_BYTES,
    Exited,
    Spawned,
    Unspawned,
    WorkerOrders,
    ZygoteAnswer,
    ZygoteOrders,
)

# Nothing of the broker's environment: it may hold secrets, and V8 and ICU read some of it.
_ENVIRONMENT = {"TZ": "UTC", "LANG": "C.UTF-8", "PATH": "/usr/bin:/bin"}

COMMAND = (sys.executable, "-E", "-P", "-m", "actionsd_worker")
"""The zygote, as a program: nothing of the worker's code is ever in the broker's process."""

_ANSWERS = msgspec.json.Decoder(ZygoteAnswer)


class Born(NamedTuple):
    """A worker was forked; `pidfd` is the caller's to close."""

    identity: str
    pid: int
    pidfd: int


class ZygoteGone(NamedTuple):
    """The zygote itself has ended, and every worker with it."""

    returncode: int


Event: TypeAlias = Born | Unspawned | Exited | ZygoteGone


class Launcher:
    """Owns one zygote. `control` and `stderr` are for the poll loop: readable when it stirs.

    The thread that makes this must outlive it: the zygote dies with that thread.
    """

    def __init__(self, *, jitless: bool) -> None:
        self.control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        try:
            with theirs:
                self._process = subprocess.Popen(
                    COMMAND,
                    stdin=theirs.fileno(),
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.PIPE,
                    env=_ENVIRONMENT,
                    cwd="/",
                )
        except OSError:
            self.control.close()
            raise
        if self._process.stderr is None:
            raise OSError("no pipe to the zygote")
        self.stderr = self._process.stderr.fileno()
        os.set_blocking(self.stderr, False)
        self.control.settimeout(0)
        self.pid = self._process.pid
        self._send(ZygoteOrders(parent=os.getpid(), jitless=jitless))

    def spawn(self, orders: WorkerOrders, stderr: int) -> None:
        """Order a worker, which writes its last words to `stderr`.

        Raises OSError if the zygote is gone or does not keep up; the caller tries again.
        """
        self._send(orders, stderr)

    def receive(self) -> list[Event]:
        """Take what the zygote has said, in its order."""
        events: list[Event] = []
        while True:
            try:
                answer, fds, _, _ = socket.recv_fds(self.control, ORDER_BYTES, 1)
            except BlockingIOError:
                return events
            except OSError:
                answer = b""
            if not answer:
                return [*events, ZygoteGone(self._process.wait())]
            events.append(_event(_ANSWERS.decode(answer), fds))

    def close(self) -> None:
        """End the zygote; workers that are left end with it."""
        self._process.kill()
        self._process.wait()
        self.control.close()
        if self._process.stderr is not None:
            self._process.stderr.close()

    def _send(self, orders: WorkerOrders | ZygoteOrders, *fds: int) -> None:
        socket.send_fds(self.control, [msgspec.json.encode(orders)], fds)


def _event(answer: ZygoteAnswer, fds: list[int]) -> Event:
    if isinstance(answer, Spawned):
        return Born(answer.identity, answer.pid, fds[0])
    return answer
