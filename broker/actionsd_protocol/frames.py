"""Messages to ZeroMQ frames and back.

A message is one frame, or two with its payload. The first starts with one byte, the
protocol's version; MessagePack follows. Sizes are capped before anything is decoded.
Whatever the bytes, `decode` returns a message or raises `RemoteProtocolError`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Generic, NamedTuple, TypeVar

import msgpack
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

VERSION = 1
MOST_FRAMES = 2
MAX_ENVELOPE_BYTES = 4 * 2**20
MAX_PAYLOAD_BYTES = 4 * 2**20
MAX_FRAME_BYTES = max(MAX_ENVELOPE_BYTES, MAX_PAYLOAD_BYTES)
"""For ZMQ_MAXMSGSIZE: a larger frame never reaches us."""

MAX_WORKER_ENVELOPE_BYTES = 128 * 2**10
"""A worker has little to say. What it says is unpacked before it is checked, and the
objects that it becomes may take sixty times its size."""

MAX_ASSIGN_BYTES = 2 * MAX_ENVELOPE_BYTES
"""An `Assign` says what one `Submit` said, and a little more."""

_VERSION_BYTE = bytes([VERSION])

MessageT = TypeVar("MessageT", bound=Message)


class Received(NamedTuple):
    """A decoded message and its payload, empty where the message has none."""

    message: Any
    payload: bytes


def encode(message: Message, payload: bytes | None = None) -> list[bytes]:
    """Return the frames of a message.

    Raises LocalProtocolError if a payload is missing, superfluous or too large.
    """
    if (payload is not None) != (type(message) in HAS_PAYLOAD):
        raise LocalProtocolError(f"{type(message).__name__}: payload missing or superfluous")
    try:
        envelope = _VERSION_BYTE + msgpack.packb(msgspec.to_builtins(message))
    except UnicodeEncodeError as error:
        raise LocalProtocolError("half of a surrogate pair is no text") from error
    _check_size(envelope, payload, _max_envelope(message), LocalProtocolError)
    return [envelope] if payload is None else [envelope, payload]


class Decoder(Generic[MessageT]):
    """Decodes the messages of one direction."""

    def __init__(self, direction: Any, max_envelope: int = MAX_ENVELOPE_BYTES) -> None:
        self._direction = direction
        self._max_envelope = max_envelope

    def decode(self, frames: Sequence[bytes]) -> Received:
        """Return the message in these frames; raise RemoteProtocolError on anything else."""
        if not 1 <= len(frames) <= MOST_FRAMES:
            raise RemoteProtocolError(f"a message has 1 or 2 frames, this one {len(frames)}")
        envelope = frames[0]
        payload = frames[1] if len(frames) == 2 else None
        _check_size(envelope, payload, self._max_envelope, RemoteProtocolError)
        if envelope[:1] != _VERSION_BYTE:
            raise RemoteProtocolError(
                f"protocol version {VERSION} expected as the first byte, got {envelope[:1]!r}"
            )
        message = self._convert(_unpack(envelope))
        if (payload is not None) != (type(message) in HAS_PAYLOAD):
            raise RemoteProtocolError(f"{type(message).__name__}: payload missing or superfluous")
        return Received(message, payload or b"")

    def _convert(self, value: object) -> object:
        try:
            return msgspec.convert(value, self._direction)
        except (msgspec.ValidationError, RecursionError) as error:
            raise RemoteProtocolError(f"malformed message: {error}") from error


def _max_envelope(message: Message) -> int:
    if isinstance(message, Assign):
        return MAX_ASSIGN_BYTES
    return MAX_WORKER_ENVELOPE_BYTES if isinstance(message, WorkerToBroker) else MAX_ENVELOPE_BYTES


def _unpack(envelope: bytes) -> object:
    # msgpack documents several exceptions, and raises more on hostile input.
    try:
        return msgpack.unpackb(
            memoryview(envelope)[1:],
            max_str_len=MAX_ENVELOPE_BYTES,
            max_bin_len=0,
            max_ext_len=0,
            max_array_len=1024,
            max_map_len=256,
        )
    except Exception as error:
        reason = f"{type(error).__name__} {error}"[:200].strip()
        raise RemoteProtocolError(f"not MessagePack: {reason}") from error


def _check_size(
    envelope: bytes,
    payload: bytes | None,
    limit: int,
    error: type[LocalProtocolError | RemoteProtocolError],
) -> None:
    if len(envelope) > limit:
        raise error(f"envelope of {len(envelope)} bytes, {limit} allowed")
    if payload is not None and len(payload) > MAX_PAYLOAD_BYTES:
        raise error(f"payload of {len(payload)} bytes, {MAX_PAYLOAD_BYTES} allowed")


FROM_CLIENT: Decoder[Message] = Decoder(ClientToBroker)
FROM_WORKER: Decoder[Message] = Decoder(WorkerToBroker, MAX_WORKER_ENVELOPE_BYTES)
TO_CLIENT: Decoder[Message] = Decoder(BrokerToClient)
TO_WORKER: Decoder[Message] = Decoder(BrokerToWorker, MAX_ASSIGN_BYTES)
