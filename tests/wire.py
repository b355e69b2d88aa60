"""Frames by hand, for what `actionsd_protocol.frames` would not write."""

from __future__ import annotations

import struct

import msgpack

from actionsd_protocol.frames import encode, frame
from actionsd_protocol.messages import Message

VERSION = b"\x02"


def framed(message: Message, payload: bytes | None = None) -> bytes:
    """Return a frame of one message."""
    return frame([encode(message, payload)])


def entry(envelope: bytes, payload: bytes = b"") -> bytes:
    """Return what is in a frame of one message, whatever its envelope is."""
    return struct.pack("<II", len(envelope), len(payload)) + envelope + payload


def packed(message: object, payload: bytes = b"") -> bytes:
    """Return a frame of one message that is anything that MessagePack can say."""
    return VERSION + entry(msgpack.packb(message), payload)
