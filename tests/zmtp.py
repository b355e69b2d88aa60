"""ZMTP over a plain socket, for peers that do not keep to it: no library in between.

As RFC 23 and 24 have it: a greeting of 64 bytes, then frames, some of them commands.
What is written here is written as it is told; nothing checks that it makes sense.
"""

from __future__ import annotations

import contextlib
import socket
import struct

MORE = 1
LONG = 2
COMMAND = 4

_LONGEST_SHORT = 255


def greeting(mechanism: bytes = b"PLAIN", version: tuple[int, int] = (3, 0)) -> bytes:
    """Return what a client says first."""
    return b"\xff" + bytes(8) + b"\x7f" + bytes(version) + mechanism.ljust(20, b"\0") + bytes(32)


def frame(body: bytes, flags: int = 0) -> bytes:
    """Return one frame as it is on the wire."""
    return header(len(body), flags) + body


def header(size: int, flags: int = 0) -> bytes:
    """Return the beginning of a frame that claims to have this size."""
    if size > _LONGEST_SHORT:
        return struct.pack(">BQ", flags | LONG, size)
    return struct.pack(">BB", flags, size)


def hello(name: bytes, password: bytes = b"-") -> bytes:
    """Return the command that shows a ticket."""
    body = b"\x05HELLO" + _short(name) + _short(password)
    return frame(body, COMMAND)


def initiate(identity: bytes) -> bytes:
    """Return the command that names an identity."""
    properties = {b"Socket-Type": b"DEALER", b"Identity": identity}
    body = b"".join(
        _short(key) + struct.pack(">I", len(value)) + value for key, value in properties.items()
    )
    return frame(b"\x08INITIATE" + body, COMMAND)


def message(frames: list[bytes]) -> bytes:
    """Return a message of several frames."""
    last = len(frames) - 1
    return b"".join(frame(body, MORE if n < last else 0) for n, body in enumerate(frames))


class RefusedError(Exception):
    """Raised when the other side does not go on with a handshake."""


class Peer:
    """One connection to a socket of ZeroMQ's."""

    def __init__(self, path: str) -> None:
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            self.socket.connect(path)
        except OSError:
            self.socket.close()
            raise
        self._buffer = b""

    def close(self) -> None:
        """Hang up."""
        self.socket.close()

    def write(self, data: bytes) -> None:
        """Send bytes; raises OSError when nobody takes them."""
        self.socket.sendall(data)

    def let_in(self, ticket: bytes, identity: bytes) -> None:
        """Shake hands as a worker does; raises RefusedError."""
        try:
            self.write(greeting())
            self._read(64)
            self.write(hello(ticket))
            self._command(b"\x07WELCOME")
            self.write(initiate(identity))
            self._command(b"\x05READY")
        except OSError as error:
            raise RefusedError from error

    def receive(self) -> list[bytes]:
        """Wait for a message; raises RefusedError if the connection ends."""
        frames = []
        more = True
        while more:
            flags, body = self._frame()
            more = bool(flags & MORE)
            frames.append(body)
        return frames

    def ends(self, seconds: float) -> bool:
        """Tell whether the other side ends this connection within so many seconds."""
        self.socket.settimeout(seconds)
        with contextlib.suppress(ConnectionError):
            try:
                while self.socket.recv(4096):
                    pass
            except TimeoutError:
                return False
        return True

    def _command(self, name: bytes) -> None:
        flags, body = self._frame()
        if not flags & COMMAND or not body.startswith(name):
            raise RefusedError(f"{body[:20]!r} instead of {name!r}")

    def _frame(self) -> tuple[int, bytes]:
        flags, size = self._read(2)
        if flags & LONG:
            size = int.from_bytes(bytes([size]) + self._read(7))
        return flags, self._read(size)

    def _read(self, size: int) -> bytes:
        while len(self._buffer) < size:
            received = self.socket.recv(max(65536, size - len(self._buffer)))
            if not received:
                raise RefusedError("the connection was ended")
            self._buffer += received
        data, self._buffer = self._buffer[:size], self._buffer[size:]
        return data


def _short(value: bytes) -> bytes:
    return bytes([len(value)]) + value
