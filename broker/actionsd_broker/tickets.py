"""Who may connect as a worker: each identity that the supervisor made, once.

ZeroMQ asks before it lets a connection in (ZAP), so that whoever is no worker of ours can
send nothing that the broker would have to keep in memory.
"""

from __future__ import annotations

import zmq

ADDRESS = "inproc://zeromq.zap.01"
DOMAIN = b"workers"

_VERSION = b"1.0"
_MOST_FRAMES = 8


class Tickets:
    """Answers ZeroMQ's questions. `socket` is for the poll loop."""

    def __init__(self, context: zmq.Context[zmq.Socket[bytes]]) -> None:
        self.socket = context.socket(zmq.REP)
        self.socket.setsockopt(zmq.LINGER, 0)
        self.socket.bind(ADDRESS)
        self._open: set[bytes] = set()

    def guard(self, socket: zmq.Socket[bytes]) -> None:
        """Have ZeroMQ ask here before it lets a connection in; call before `socket` is bound."""
        socket.setsockopt(zmq.PLAIN_SERVER, 1)
        socket.setsockopt(zmq.ZAP_DOMAIN, DOMAIN)

    def issue(self, identity: str) -> None:
        """Let this identity in, once."""
        self._open.add(identity.encode())

    def withdraw(self, identity: str) -> None:
        """Do not let it in any more."""
        self._open.discard(identity.encode())

    def answer(self) -> None:
        """Answer one question."""
        frames = self.socket.recv_multipart(zmq.NOBLOCK)
        self.socket.send_multipart(self.decide(frames))

    def decide(self, frames: list[bytes]) -> list[bytes]:
        """Return the answer to a question; a ticket that is used is gone.

        Frames as RFC 27 has them: version, request, domain, address, routing id,
        mechanism, then for PLAIN a name and a password.
        """
        request = frames[1] if len(frames) > 1 else b""
        allowed = False
        if len(frames) == _MOST_FRAMES and frames[2] == DOMAIN and frames[5] == b"PLAIN":
            allowed = frames[6] in self._open
            self._open.discard(frames[6])
        status = (b"200", b"welcome", frames[6]) if allowed else (b"400", b"not a worker", b"")
        return [_VERSION, request, *status, b""]

    def close(self) -> None:
        """Answer no more."""
        self.socket.close()
