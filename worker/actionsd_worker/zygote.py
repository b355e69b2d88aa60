"""The process that workers are forked from: everything imported, V8 initialised, no scripts.

A new interpreter needs a second of CPU to become a worker on a slow machine; a fork of
this one needs some milliseconds. It has one thread, always, as fork demands. What its
children share is the address layout, for they are copies of one process: who learns the
layout of one worker knows it for all (docs/security.md).
"""

from __future__ import annotations

import contextlib
import errno
import gc
import os
import select
import signal
import socket
import traceback
from collections.abc import Callable

import msgspec

from actionsd_protocol.orders import (
    ORDER_BYTES,
    Exited,
    Spawned,
    Unspawned,
    WorkerOrders,
    ZygoteAnswer,
)

EXIT_FAILED = 1
"""Exit status of a worker that failed at its start."""


class Zygote:
    """Forks workers on order, and says what became of them.

    `control` is a socket of whole messages (SOCK_SEQPACKET) to the broker; an order comes
    with the descriptor for the worker's standard error.
    """

    def __init__(self, control: socket.socket, work: Callable[[WorkerOrders], None]) -> None:
        self._control = control
        self._work = work
        self._children: dict[int, tuple[str, int]] = {}  # pidfd: identity, pid
        self._poll = select.poll()
        self._poll.register(control, select.POLLIN)

    def run(self) -> None:
        """Serve until the broker closes its end."""
        gc.collect()
        gc.freeze()  # the pages stay shared if no collection writes into them
        while True:
            for fd, _ in self._poll.poll():
                if fd in self._children:
                    self._bury(fd)
                elif not self._obey():
                    return

    def _obey(self) -> bool:
        order, fds, _, _ = socket.recv_fds(self._control, ORDER_BYTES, 1)
        if not order:
            return False
        orders = msgspec.json.decode(order, type=WorkerOrders)
        if not fds:  # there was no room for it
            self._say(Unspawned(orders.identity, errno.EMFILE))
            return True
        try:
            self._spawn(orders, fds[0])
        except OSError as error:
            self._say(Unspawned(orders.identity, error.errno or 0))
        finally:
            os.close(fds[0])
        return True

    def _spawn(self, orders: WorkerOrders, stderr: int) -> None:
        pid = os.fork()
        if pid == 0:
            self._be_worker(orders, stderr)
        with contextlib.ExitStack() as undo:
            # Whoever the broker is not told of must not live: it would be nobody's.
            undo.callback(_end, pid)
            pidfd = os.pidfd_open(pid)
            undo.callback(os.close, pidfd)
            self._say(Spawned(orders.identity, pid), pidfd)
            undo.pop_all()
        self._children[pidfd] = orders.identity, pid
        self._poll.register(pidfd, select.POLLIN)

    def _be_worker(self, orders: WorkerOrders, stderr: int) -> None:
        # Nothing may return from here into the zygote's loop.
        status = EXIT_FAILED
        try:
            os.dup2(stderr, 2)
            os.close(stderr)
            self._control.close()
            for pidfd in self._children:
                os.close(pidfd)
            self._work(orders)
            status = 0
        except BaseException:  # noqa: BLE001 - there is nobody above us
            traceback.print_exc()
        finally:
            os._exit(status)

    def _bury(self, pidfd: int) -> None:
        identity, pid = self._children.pop(pidfd)
        self._poll.unregister(pidfd)
        os.close(pidfd)
        _, status = os.waitpid(pid, 0)
        self._say(Exited(identity, os.waitstatus_to_exitcode(status)))

    def _say(self, message: ZygoteAnswer, *fds: int) -> None:
        socket.send_fds(self._control, [msgspec.json.encode(message)], fds)


def _end(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
