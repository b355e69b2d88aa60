"""Who is connected to the workers' socket: one connection for each worker, nobody else.

ZeroMQ's ROUTER does not say who connects, that a peer has left, that it was cut off for a
frame that is too large, or whose unfinished message grows. Its monitor tells of
descriptors, and of each the kernel knows which process is at the other end, whether it
still stands, and how many bytes wait in it.

A descriptor's number may be another socket's by the time we look at it. So a connection is
known by its inode, and nothing is done to it without a look at that.
"""

from __future__ import annotations

import fcntl
import os
import socket
import struct
import termios
from collections.abc import Callable, Iterable
from typing import NamedTuple

import zmq
from zmq.utils.monitor import recv_monitor_message

BATCH = 64
"""Connections looked at in one go, so that a flood of them starves nobody."""

_CREDENTIALS = struct.Struct("3i")  # pid, uid, gid
_COUNT = struct.Struct("i")


class _Connection(NamedTuple):
    """One end of a connection, ours, and the process at the other."""

    descriptor: int
    inode: int
    pid: int


class Connections:
    """Follows a socket's connections. `monitor` is for the poll loop.

    `path` is the socket's; `is_worker` tells whether a pid is of a worker that lives.
    Whoever is none is cut off before it can say anything.
    """

    def __init__(
        self, watched: zmq.Socket[bytes], path: str, is_worker: Callable[[int], bool]
    ) -> None:
        self._watched = watched
        self._path = path
        self._is_worker = is_worker
        self._standing: dict[int, _Connection] = {}
        self.strangers = 0
        address = f"inproc://connections-{id(self)}"
        watched.monitor(address, zmq.Event.ACCEPTED)
        self.monitor: zmq.Socket[bytes] = zmq.Socket(watched.context, zmq.PAIR)
        # Unbounded: a queue that is full would make ZeroMQ's own thread wait for us, and
        # we may be waiting for it. An event is a few bytes, and what floods is cut off.
        self.monitor.setsockopt(zmq.RCVHWM, 0)
        self.monitor.setsockopt(zmq.LINGER, 0)
        self.monitor.connect(address)

    def receive(self) -> list[int]:
        """Take what has happened; return the pids of workers that have connected again."""
        again = []
        for _ in range(BATCH):
            if not self.monitor.poll(0):
                break
            new = self._examine(recv_monitor_message(self.monitor)["value"])
            if new is None or new == self._standing.get(new.pid):
                continue  # gone before we looked, or seen under another's event
            if not self._is_worker(new.pid):
                self.strangers += 1
                _cut(new)
            elif new.pid in self._standing:
                again.append(new.pid)
                _cut(new)
            else:
                self._standing[new.pid] = new
        return again

    def missing(self, expected: Iterable[int]) -> list[int]:
        """Return the pids that have no connection: of these, and of those that ever had one."""
        pids = {*self._standing, *expected}
        return [pid for pid in pids if not _stands(self._standing.get(pid))]

    def sending(self) -> list[int]:
        """Return the pids from which bytes wait that ZeroMQ has not read."""
        return [pid for pid, known in self._standing.items() if _waiting_bytes(known)]

    def cut(self, pid: int) -> None:
        """End a process's connection, and with it whatever it has sent and not finished."""
        known = self._standing.pop(pid, None)
        if known is not None:
            _cut(known)

    def close(self) -> None:
        """Follow no more."""
        self._watched.monitor(None, 0)
        self.monitor.close()

    def _examine(self, descriptor: int) -> _Connection | None:
        try:
            with _copy(descriptor) as copy:
                if copy.getsockname() != self._path:
                    return None
                raw = copy.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
                inode = os.fstat(copy.fileno()).st_ino
        except OSError:
            return None
        return _Connection(descriptor, inode, _CREDENTIALS.unpack(raw)[0])


def _copy(descriptor: int) -> socket.socket:
    copy = os.dup(descriptor)
    try:
        return socket.socket(fileno=copy)
    except OSError:
        os.close(copy)
        raise


def _stands(known: _Connection | None) -> bool:
    try:
        return known is not None and os.fstat(known.descriptor).st_ino == known.inode
    except OSError:
        return False


def _waiting_bytes(known: _Connection) -> int:
    if not _stands(known):
        return 0
    try:
        raw = fcntl.ioctl(known.descriptor, termios.FIONREAD, bytes(_COUNT.size))
    except OSError:
        return 0
    count: int = _COUNT.unpack(raw)[0]
    return count


def _cut(known: _Connection) -> None:
    try:
        with _copy(known.descriptor) as copy:
            if os.fstat(copy.fileno()).st_ino == known.inode:
                copy.shutdown(socket.SHUT_RDWR)
    except OSError:
        return  # ended by itself
