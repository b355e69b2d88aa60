"""Messages to ZeroMQ frames and back.

A ZeroMQ message is one frame: the protocol's version in one byte, then one or more
messages. Each has its sizes, envelope and payload, as two little-endian uint32, then the
envelope, which is MessagePack, and the payload, empty where the message has none. That
several share a frame is for throughput only: a system call costs more than a message.

Sizes are capped before anything is decoded. Whatever the bytes, `decode` returns messages
or raises `RemoteProtocolError`.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable
from typing import Any, Generic, NamedTuple, TypeVar

import msgspec

from actionsd_protocol.errors import LocalProtocolError, RemoteProtocolError
from actionsd_protocol.messages import (
    HAS_PAYLOAD,
    Assign,
    BrokerToClient,
    BrokerToWorker,
    ClientToBroker,
    Message,
    WorkerToBroker,
)

VERSION = 2
MAX_ENVELOPE_BYTES = 4 * 2**20
MAX_PAYLOAD_BYTES = 4 * 2**20
HEAD_BYTES = 1

MAX_WORKER_ENVELOPE_BYTES = 128 * 2**10
"""A worker has little to say, and what it says becomes objects of many times its size."""

MAX_ASSIGN_BYTES = 2 * MAX_ENVELOPE_BYTES
"""An `Assign` says what one `Submit` said, and a little more."""

MAX_MESSAGES = 64
"""In one frame."""

FULL_BYTES = 2**20
"""Of messages that share a frame: beyond, the next goes into another."""

_VERSION_BYTE = bytes([VERSION])
_SIZES = struct.Struct("<II")


def _max_frame(envelope: int) -> int:
    return HEAD_BYTES + max(_SIZES.size + envelope + MAX_PAYLOAD_BYTES, FULL_BYTES)


# For ZMQ_MAXMSGSIZE: a larger frame never reaches us.
MAX_FRAME_BYTES = _max_frame(MAX_ENVELOPE_BYTES)
MAX_FRAME_BYTES_FROM_WORKER = _max_frame(MAX_WORKER_ENVELOPE_BYTES)
MAX_FRAME_BYTES_TO_WORKER = _max_frame(MAX_ASSIGN_BYTES)

MessageT = TypeVar("MessageT", bound=Message)

_ENCODER = msgspec.msgpack.Encoder()


class Received(NamedTuple):
    """A decoded message and its payload, empty where the message has none."""

    message: Any
    payload: bytes


def encode(message: Message, payload: bytes | None = None) -> bytes:
    """Return what a message is within a frame.

    Raises LocalProtocolError if a payload is missing, superfluous or too large.
    """
    if (payload is not None) != (type(message) in HAS_PAYLOAD):
        raise LocalProtocolError(f"{type(message).__name__}: payload missing or superfluous")
    try:
        envelope = _ENCODER.encode(message)
    except UnicodeEncodeError as error:
        raise LocalProtocolError("half of a surrogate pair is no text") from error
    payload = payload or b""
    _check_sizes(len(envelope), len(payload), _max_envelope(message), LocalProtocolError)
    return _SIZES.pack(len(envelope), len(payload)) + envelope + payload


def frame(messages: Iterable[bytes]) -> bytes:
    """Return a frame of messages that `encode` gave."""
    return _VERSION_BYTE + b"".join(messages)


def frames(messages: Iterable[bytes]) -> list[bytes]:
    """Return all the frames that messages need, in their order."""
    made: list[bytes] = []
    sharing: list[bytes] = []
    size = 0
    for message in messages:
        if sharing and (size + len(message) > FULL_BYTES or len(sharing) == MAX_MESSAGES):
            made.append(frame(sharing))
            sharing, size = [], 0
        sharing.append(message)
        size += len(message)
    return [*made, frame(sharing)] if sharing else made


class Decoder(Generic[MessageT]):
    """Decodes the messages of one direction."""

    def __init__(self, direction: Any, max_envelope: int = MAX_ENVELOPE_BYTES) -> None:
        self._decoder = msgspec.msgpack.Decoder(direction)
        self._max_envelope = max_envelope

    def decode(self, frame: bytes) -> list[Received]:
        """Return the messages in a frame; raise RemoteProtocolError on anything else."""
        if frame[:1] != _VERSION_BYTE:
            raise RemoteProtocolError(
                f"protocol version {VERSION} expected as the first byte, got {frame[:1]!r}"
            )
        received: list[Received] = []
        start = HEAD_BYTES
        while start < len(frame) or not received:
            if len(received) == MAX_MESSAGES:
                raise RemoteProtocolError(f"more than {MAX_MESSAGES} messages in one frame")
            found, start = self._take(frame, start)
            received.append(found)
        return received

    def _take(self, frame: bytes, start: int) -> tuple[Received, int]:
        begin = start + _SIZES.size
        if begin > len(frame):
            raise RemoteProtocolError("a frame that ends before a message begins")
        envelope, payload = _SIZES.unpack_from(frame, start)
        _check_sizes(envelope, payload, self._max_envelope, RemoteProtocolError)
        middle = begin + envelope
        end = middle + payload
        if end > len(frame):
            raise RemoteProtocolError("a message that is longer than its frame")
        message = self._convert(frame[begin:middle])
        if payload and type(message) not in HAS_PAYLOAD:
            raise RemoteProtocolError(f"{type(message).__name__}: superfluous payload")
        return Received(message, frame[middle:end]), end

    def _convert(self, envelope: bytes) -> object:
        try:
            return self._decoder.decode(envelope)
        except (msgspec.MsgspecError, RecursionError, ValueError) as error:
            raise RemoteProtocolError(f"malformed message: {error}") from error


def _max_envelope(message: Message) -> int:
    if isinstance(message, Assign):
        return MAX_ASSIGN_BYTES
    return MAX_WORKER_ENVELOPE_BYTES if isinstance(message, WorkerToBroker) else MAX_ENVELOPE_BYTES


def _check_sizes(
    envelope: int,
    payload: int,
    limit: int,
    error: type[LocalProtocolError | RemoteProtocolError],
) -> None:
    if envelope > limit:
        raise error(f"envelope of {envelope} bytes, {limit} allowed")
    if payload > MAX_PAYLOAD_BYTES:
        raise error(f"payload of {payload} bytes, {MAX_PAYLOAD_BYTES} allowed")


FROM_CLIENT: Decoder[Message] = Decoder(ClientToBroker)
FROM_WORKER: Decoder[Message] = Decoder(WorkerToBroker, MAX_WORKER_ENVELOPE_BYTES)
TO_CLIENT: Decoder[Message] = Decoder(BrokerToClient)
TO_WORKER: Decoder[Message] = Decoder(BrokerToWorker, MAX_ASSIGN_BYTES)
