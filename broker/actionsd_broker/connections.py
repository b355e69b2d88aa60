"""Whose connections to the workers' socket stand, and whose have ended.

ZeroMQ's ROUTER does not say that a peer has left: not when it hung up, not when it was cut
off for a frame that is too large. Its monitor tells of descriptors, and the kernel knows
which process is at the other end of one.
"""

from __future__ import annotations

import os
import socket
import struct

import zmq
from zmq.utils.monitor import recv_monitor_message

_CREDENTIALS = struct.Struct("3i")  # pid, uid, gid


class Connections:
    """Follows a socket's connections. `monitor` is for the poll loop."""

    def __init__(self, watched: zmq.Socket[bytes]) -> None:
        self._watched = watched
        self.monitor: zmq.Socket[bytes] = watched.get_monitor_socket(
            zmq.Event.ACCEPTED | zmq.Event.DISCONNECTED
        )
        self._pids: dict[int, int] = {}

    def receive(self) -> list[int]:
        """Take what has happened; return the pids whose connections have ended."""
        ended = []
        while self.monitor.poll(0):
            event = recv_monitor_message(self.monitor)
            descriptor = event["value"]
            if event["event"] == zmq.Event.ACCEPTED:
                pid = _peer(descriptor)
                if pid is not None:
                    self._pids[descriptor] = pid
            elif (pid := self._pids.pop(descriptor, None)) is not None:
                ended.append(pid)
        return ended

    def close(self) -> None:
        """Follow no more."""
        self._watched.disable_monitor()
        self.monitor.close()


def _peer(descriptor: int) -> int | None:
    try:
        copy = socket.socket(fileno=os.dup(descriptor))
    except OSError:
        return None  # gone already
    with copy:
        try:
            raw = copy.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
        except OSError:
            return None
    pid: int = _CREDENTIALS.unpack(raw)[0]
    return pid or None
