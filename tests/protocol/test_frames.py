"""Frames: what is encoded comes back, and whatever else comes in is refused."""

from __future__ import annotations

import math
import struct
from collections.abc import Callable, Sequence
from typing import Any

import msgpack
import pytest
from hypothesis import given
from hypothesis import strategies as st

from actionsd_protocol import messages as m
from actionsd_protocol.errors import LocalProtocolError, RemoteProtocolError
from actionsd_protocol.frames import (
    FROM_CLIENT,
    FROM_WORKER,
    MAX_ENVELOPE_BYTES,
    MAX_FRAME_BYTES,
    MAX_PAYLOAD_BYTES,
    TO_CLIENT,
    TO_WORKER,
    Decoder,
    Received,
    encode,
)

VERSION = b"\x01"
DECODERS = {
    "client": FROM_CLIENT,
    "worker": FROM_WORKER,
    "to_client": TO_CLIENT,
    "to_worker": TO_WORKER,
}

numbers = st.integers(0, 2**53 - 1)
names = st.text(min_size=1, max_size=200)
texts = st.text(max_size=1000)
sources = st.text(max_size=300)
script_ids = st.text("0123456789abcdef", min_size=32, max_size=32)
seconds = st.floats(0, 20, exclude_min=True)
actions = st.builds(
    m.Action,
    name=names,
    script=sources,
    timeout=seconds,
    allowed_to_fail=st.booleans(),
    realm=st.sampled_from(["auto", "shared", "fresh"]),
)
steps = st.builds(
    m.Step,
    name=names,
    script=script_ids,
    timeout=seconds,
    allowed_to_fail=st.booleans(),
    fresh=st.booleans(),
)
layers = st.builds(m.Layer, name=names, on=st.booleans(), detail=texts)
MESSAGES: dict[type[m.Message], st.SearchStrategy[m.Message]] = {
    m.Hello: st.builds(m.Hello, client=texts),
    m.Submit: st.builds(
        m.Submit,
        id=numbers,
        trigger=texts,
        tenant=names,
        actions=st.none() | st.lists(actions, max_size=4),
        check=st.booleans(),
    ),
    m.Goodbye: st.builds(m.Goodbye),
    m.Welcome: st.builds(
        m.Welcome, broker=texts, instance=texts, triggers=st.lists(names, max_size=4)
    ),
    m.Result: st.builds(m.Result, id=numbers),
    m.Fault: st.builds(m.Fault, message=texts),
    m.Ready: st.builds(m.Ready, pid=st.integers(1, 2**31 - 1), v8=texts, layers=st.lists(layers)),
    m.Report: st.builds(
        m.Report,
        job=numbers,
        spans=st.lists(st.builds(m.Span, wall_us=numbers, cpu_us=numbers), max_size=4),
    ),
    m.Assign: st.builds(
        m.Assign,
        job=numbers,
        trigger=names,
        steps=st.lists(steps, min_size=1, max_size=4),
        scripts=st.dictionaries(script_ids, sources, max_size=3),
        forget=st.lists(script_ids, max_size=3),
        check=st.booleans(),
    ),
    m.Stop: st.builds(m.Stop),
}
DIRECTIONS: list[tuple[Decoder[m.Message], Sequence[type[m.Message]]]] = [
    (FROM_CLIENT, [m.Hello, m.Submit, m.Goodbye]),
    (TO_CLIENT, [m.Welcome, m.Result, m.Fault]),
    (FROM_WORKER, [m.Ready, m.Report]),
    (TO_WORKER, [m.Assign, m.Stop]),
]
KINDS = [(decoder, kind) for decoder, kinds in DIRECTIONS for kind in kinds]

payloads = st.binary(max_size=50)
messages = st.one_of(*MESSAGES.values())
leaves = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats()
    | st.text(max_size=20)
    | st.binary(max_size=20)
    | st.builds(msgpack.ExtType, st.integers(0, 127), st.binary(max_size=16))
    | st.builds(msgpack.Timestamp, st.integers(0, 2**60), st.integers(0, 10**9 - 1))
)
packable = st.recursive(
    leaves,
    lambda inner: (
        st.lists(inner, max_size=5)
        | st.dictionaries(st.text(max_size=8) | st.integers(0, 9) | st.none(), inner, max_size=5)
    ),
    max_leaves=20,
)
FIELDS = sorted({name for kind in MESSAGES for name in kind.__struct_fields__})
TAGS = sorted(str(kind.__struct_config__.tag) for kind in MESSAGES)
nearly = st.builds(
    lambda tag, fields: {"type": tag, **fields},
    st.sampled_from(TAGS),
    st.dictionaries(st.sampled_from(FIELDS), packable, max_size=6),
)


def framed(message: m.Message, payload: bytes) -> list[bytes]:
    return encode(message, payload if type(message) in m.HAS_PAYLOAD else None)


def pack(value: object) -> bytes:
    packed: bytes = msgpack.packb(value)
    return VERSION + packed


def decode_or_refuse(frames: Sequence[bytes]) -> None:
    """Try every direction: a message or a RemoteProtocolError; anything else escapes."""
    for decoder in DECODERS.values():
        try:
            received = decoder.decode(frames)
        except RemoteProtocolError:
            continue
        assert isinstance(received.message, m.Message)


def submit(**changes: object) -> bytes:
    return pack({"type": "submit", "id": 1, "trigger": "x", "tenant": "t", **changes})


def one_action(**changes: object) -> bytes:
    return submit(actions=[{"name": "f", "script": "", **changes}])


@pytest.mark.parametrize(
    ("decoder", "kind"), KINDS, ids=lambda value: getattr(value, "__name__", "")
)
@given(data=st.data())
def test_encoded_message_is_decoded_as_it_was(
    decoder: Decoder[m.Message], kind: type[m.Message], data: st.DataObject
) -> None:
    message, payload = data.draw(MESSAGES[kind]), data.draw(payloads)
    expected = payload if kind in m.HAS_PAYLOAD else b""
    assert decoder.decode(framed(message, payload)) == Received(message, expected)


@pytest.mark.parametrize("own", DIRECTIONS, ids=["client", "to_client", "worker", "to_worker"])
@given(message=messages)
def test_message_of_another_direction_is_refused(
    own: tuple[Decoder[m.Message], Sequence[type[m.Message]]], message: m.Message
) -> None:
    decoder, kinds = own
    if type(message) in kinds:
        return
    with pytest.raises(RemoteProtocolError, match="malformed message"):
        decoder.decode(framed(message, b""))


@given(st.lists(st.binary(max_size=100), max_size=4))
def test_arbitrary_frames_give_a_message_or_a_refusal(frames: list[bytes]) -> None:
    decode_or_refuse(frames)


@given(st.binary(max_size=200), st.none() | payloads)
def test_arbitrary_bytes_after_the_version_give_a_message_or_a_refusal(
    body: bytes, payload: bytes | None
) -> None:
    decode_or_refuse([VERSION + body, *([] if payload is None else [payload])])


@given(messages, payloads, st.data())
def test_damaged_message_gives_a_message_or_a_refusal(
    message: m.Message, payload: bytes, data: st.DataObject
) -> None:
    envelope, *rest = framed(message, payload)
    at = data.draw(st.integers(0, len(envelope) - 1))
    flipped = bytes([envelope[at] ^ data.draw(st.integers(1, 255))])
    decode_or_refuse([envelope[:at] + flipped + envelope[at + 1 :], *rest])
    decode_or_refuse([envelope[:at], *rest])
    decode_or_refuse([envelope[:at] + data.draw(st.binary(max_size=5)) + envelope[at:], *rest])


@given(messages, payloads, st.data())
def test_truncated_message_is_refused(
    message: m.Message, payload: bytes, data: st.DataObject
) -> None:
    envelope, *rest = framed(message, payload)
    cut = data.draw(st.integers(0, len(envelope) - 1))
    for decoder in DECODERS.values():
        with pytest.raises(RemoteProtocolError):
            decoder.decode([envelope[:cut], *rest])


@given(packable | nearly, st.booleans())
def test_packed_value_gives_a_message_or_a_refusal(value: object, payload: bool) -> None:
    decode_or_refuse([pack(value), *([b"{}"] if payload else [])])


HOSTILE: dict[str, bytes] = {
    "nothing": b"",
    "only the version": VERSION,
    "version 0": b"\x00\x80",
    "version 2": b"\x02" + submit()[1:],
    "text": b"submit",
    "arrays 100000 deep": VERSION + b"\x91" * 100_000,
    "arrays 900 deep": VERSION + b"\x91" * 900 + b"\xc0",
    "maps 5000 deep": VERSION + b"\x81\xa1a" * 5000,
    "deep inside a field": VERSION + b"\x81\xa7actions" + b"\x91" * 900 + b"\xc0",
    "array of 4 Gi": VERSION + b"\xdd\xff\xff\xff\xff",
    "map of 4 Gi": VERSION + b"\xdf\xff\xff\xff\xff",
    "string of 4 Gi": VERSION + b"\xdb\xff\xff\xff\xff",
    "bin of 4 Gi": VERSION + b"\xc6\xff\xff\xff\xff",
    "ext of 4 Gi": VERSION + b"\xc9\xff\xff\xff\xff\x01",
    "reserved byte": VERSION + b"\xc1",
    "timestamp": VERSION + b"\xd6\xff\x00\x00\x00\x00",
    "timestamp of no length": VERSION + b"\xc7\x00\xff",
    "empty ext": VERSION + b"\xc7\x00\x01",
    "not UTF-8": VERSION + b"\xa2\xff\xfe",
    "surrogate": VERSION + b"\x81\xa4type\xa3\xed\xa0\x80",
    "bytes after the message": submit() + b"\xc0",
    "two messages": submit() + submit()[1:],
    "no type": pack({"id": 1}),
    "type that is no text": pack({"type": 1}),
    "unknown type": pack({"type": "submit2"}),
    "array for a map": pack(["submit", 1, "x", "t"]),
    "key that is no text": pack({1: 2, "type": "goodbye"}),
    "key that is bytes": pack({b"type": "goodbye"}),
    "unknown field": submit(priority=1),
    "missing field": pack({"type": "submit", "id": 1, "trigger": "x"}),
    "bytes for text": submit(tenant=b"t"),
    "id below 0": submit(id=-1),
    "id of 2**53": submit(id=2**53),
    "id of 2**64-1": submit(id=2**64 - 1),
    "id as float": submit(id=1.0),
    "id as bool": submit(id=True),
    "id as text": submit(id="1"),
    "id as null": submit(id=None),
    "no tenant": submit(tenant=""),
    "tenant of 201": submit(tenant="t" * 201),
    "trigger of 1001": submit(trigger="t" * 1001),
    "check as number": submit(check=1),
    "65 actions": submit(actions=[{"name": "f", "script": ""}] * 65),
    "action without script": submit(actions=[{"name": "f"}]),
    "action with unknown field": one_action(memory=1),
    "nameless action": one_action(name=""),
    "script too long": one_action(script="x" * (m.MAX_SCRIPT_CHARACTERS + 1)),
    "timeout 0": one_action(timeout=0),
    "timeout below 0": one_action(timeout=-1.0),
    "timeout above 20": one_action(timeout=20.001),
    "timeout NaN": one_action(timeout=math.nan),
    "timeout infinite": one_action(timeout=math.inf),
    "timeout as text": one_action(timeout="1"),
    "unknown realm": one_action(realm="mine"),
    "realm with a line break": one_action(realm="fresh\n"),
}


@pytest.mark.parametrize("envelope", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_envelope_is_refused(envelope: bytes) -> None:
    with pytest.raises(RemoteProtocolError):
        FROM_CLIENT.decode([envelope, b"{}"])


@pytest.mark.parametrize("envelope", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_envelope_gives_a_message_or_a_refusal_in_every_direction(envelope: bytes) -> None:
    decode_or_refuse([envelope])
    decode_or_refuse([envelope, b""])


@pytest.mark.parametrize(
    "envelope",
    [
        submit(id=0),
        submit(id=2**53 - 1),
        submit(tenant="t" * 200),
        submit(trigger=""),
        submit(actions=None),
        submit(actions=[]),
        submit(actions=[{"name": "f", "script": ""}] * 64),
        one_action(timeout=20),
        one_action(timeout=5e-324),
        one_action(script="x" * m.MAX_SCRIPT_CHARACTERS),
    ],
)
def test_submission_within_its_limits_is_decoded(envelope: bytes) -> None:
    assert isinstance(FROM_CLIENT.decode([envelope, b""]).message, m.Submit)


@pytest.mark.parametrize("character", ["x", "é", "中", "😀"])
def test_script_of_allowed_length_is_decoded_whatever_its_characters(character: str) -> None:
    script = character * m.MAX_SCRIPT_CHARACTERS
    message = m.Submit(id=1, trigger="x", tenant="t", actions=[m.Action(name="f", script=script)])
    assert FROM_CLIENT.decode(encode(message, b"")).message == message


def test_last_of_duplicated_keys_counts() -> None:
    client = b"\xa6client"
    envelope = VERSION + b"\x83\xa4type\xa5hello" + client + b"\xa1a" + client + b"\xa1b"
    assert FROM_CLIENT.decode([envelope]).message == m.Hello(client="b")


@pytest.mark.parametrize("frames", [[], [submit(), b"", b""], [b""] * 50])
def test_wrong_number_of_frames_is_refused_with_both_numbers(frames: list[bytes]) -> None:
    with pytest.raises(RemoteProtocolError, match=f"1 or 2 frames, this one {len(frames)}"):
        FROM_CLIENT.decode(frames)


def test_wrong_version_is_refused_with_both_versions() -> None:
    with pytest.raises(RemoteProtocolError, match=r"version 1 expected .* got b'\\x07'"):
        FROM_CLIENT.decode([b"\x07\x80"])


@pytest.mark.parametrize(
    "frames",
    [[submit()], [pack({"type": "goodbye"}), b""], [pack({"type": "hello", "client": ""}), b"{}"]],
    ids=["missing", "superfluous and empty", "superfluous"],
)
def test_payload_that_does_not_fit_the_message_is_refused(frames: list[bytes]) -> None:
    with pytest.raises(RemoteProtocolError, match="payload missing or superfluous"):
        FROM_CLIENT.decode(frames)


@pytest.mark.parametrize(
    "frames",
    [
        [VERSION + bytes(MAX_ENVELOPE_BYTES), b""],
        [submit(), bytes(MAX_PAYLOAD_BYTES + 1)],
        [bytes(MAX_FRAME_BYTES * 2)],
    ],
    ids=["envelope", "payload", "double"],
)
def test_oversized_frame_is_refused_with_its_size(frames: list[bytes]) -> None:
    with pytest.raises(RemoteProtocolError, match=r"of \d+ bytes, 4194304 allowed"):
        FROM_CLIENT.decode(frames)


def test_largest_payload_is_decoded() -> None:
    payload = bytes(MAX_PAYLOAD_BYTES)
    assert FROM_CLIENT.decode([submit(), payload]).payload == payload


@pytest.mark.parametrize(
    ("message", "payload", "reason"),
    [
        (m.Result(id=1), None, "payload missing"),
        (m.Goodbye(), b"", "payload missing or superfluous"),
        (m.Result(id=1), bytes(MAX_PAYLOAD_BYTES + 1), "payload of 4194305 bytes"),
        (m.Hello(client="x" * MAX_ENVELOPE_BYTES), None, r"envelope of \d+ bytes"),
    ],
)
def test_message_that_the_peer_would_refuse_is_not_encoded(
    message: m.Message, payload: bytes | None, reason: str
) -> None:
    with pytest.raises(LocalProtocolError, match=reason):
        encode(message, payload)


@pytest.mark.parametrize("make", [bytes, bytearray, memoryview])
def test_every_bytes_like_frame_is_decoded(make: Callable[[bytes], Any]) -> None:
    assert FROM_CLIENT.decode([make(pack({"type": "goodbye"}))]).message == m.Goodbye()


@given(texts)
def test_envelope_is_plain_messagepack_behind_one_byte(client: str) -> None:
    [envelope] = encode(m.Hello(client=client))
    assert envelope[0] == 1
    assert msgpack.unpackb(envelope[1:]) == {"type": "hello", "client": client}


def test_float_of_single_precision_is_a_timeout() -> None:
    packed = one_action(timeout=1.5).replace(struct.pack(">Bd", 0xCB, 1.5), b"\xca\x3f\xc0\x00\x00")
    assert FROM_CLIENT.decode([packed, b""]).message.actions[0].timeout == 1.5
