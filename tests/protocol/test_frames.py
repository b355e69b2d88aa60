"""Frames: what is encoded comes back, and whatever else comes in is refused."""

from __future__ import annotations

import math
import struct
from collections.abc import Sequence

import msgpack
import pytest
from hypothesis import given
from hypothesis import strategies as st
from wire import VERSION, entry, framed, packed

from actionsd_protocol import messages as m
from actionsd_protocol.errors import LocalProtocolError, RemoteProtocolError
from actionsd_protocol.frames import (
    FROM_CLIENT,
    FROM_WORKER,
    FULL_BYTES,
    MAX_ENVELOPE_BYTES,
    MAX_FRAME_BYTES,
    MAX_FRAME_BYTES_FROM_WORKER,
    MAX_FRAME_BYTES_TO_WORKER,
    MAX_MESSAGES,
    MAX_PAYLOAD_BYTES,
    MAX_WORKER_ENVELOPE_BYTES,
    TO_CLIENT,
    TO_WORKER,
    Decoder,
    Received,
    encode,
    frame,
    frames,
)

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
    m.Inquire: st.builds(m.Inquire, id=numbers),
    m.Scale: st.builds(m.Scale, id=numbers, workers=texts),
    m.Disable: st.builds(
        m.Disable,
        id=numbers,
        tenant=st.none() | names,
        action=st.none() | names,
        by=texts,
        reason=texts,
    ),
    m.Enable: st.builds(
        m.Enable, id=numbers, tenant=st.none() | names, action=st.none() | names, by=texts
    ),
    m.Told: st.builds(m.Told, id=numbers, error=st.none() | texts),
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
    (FROM_CLIENT, [m.Hello, m.Submit, m.Inquire, m.Scale, m.Disable, m.Enable, m.Goodbye]),
    (TO_CLIENT, [m.Welcome, m.Result, m.Told, m.Fault]),
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


def encoded(message: m.Message, payload: bytes) -> bytes:
    return encode(message, payload if type(message) in m.HAS_PAYLOAD else None)


def decode_or_refuse(frame: bytes) -> None:
    """Try every direction: messages or a RemoteProtocolError; anything else escapes."""
    for decoder in DECODERS.values():
        try:
            received = decoder.decode(frame)
        except RemoteProtocolError:
            continue
        assert 1 <= len(received) <= MAX_MESSAGES
        assert all(isinstance(each.message, m.Message) for each in received)


def submit(**changes: object) -> bytes:
    return packed({"type": "submit", "id": 1, "trigger": "x", "tenant": "t", **changes}, b"{}")


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
    assert decoder.decode(frame([encoded(message, payload)])) == [Received(message, expected)]


@pytest.mark.parametrize("own", DIRECTIONS, ids=["client", "to_client", "worker", "to_worker"])
@given(data=st.data())
def test_messages_of_one_frame_are_decoded_in_their_order(
    own: tuple[Decoder[m.Message], Sequence[type[m.Message]]], data: st.DataObject
) -> None:
    decoder, kinds = own
    one = st.tuples(st.one_of([MESSAGES[kind] for kind in kinds]), payloads)
    said = data.draw(st.lists(one, min_size=1, max_size=8))
    expected = [
        Received(message, payload if type(message) in m.HAS_PAYLOAD else b"")
        for message, payload in said
    ]
    assert decoder.decode(frame([encoded(*each) for each in said])) == expected


@given(st.lists(st.integers(0, 2 * FULL_BYTES), max_size=150))
def test_frames_take_all_messages_in_their_order_and_none_is_over_full(sizes: list[int]) -> None:
    messages = [bytes([number]) * min(size, 4000) for number, size in enumerate(sizes)]
    whole = frames(messages)
    assert b"".join(each[1:] for each in whole) == b"".join(messages)
    assert all(each[:1] == VERSION for each in whole)


def test_frames_are_as_few_as_can_be() -> None:
    assert frames([]) == []
    assert len(frames([b"m"] * MAX_MESSAGES)) == 1
    assert list(map(len, frames([b"m"] * (2 * MAX_MESSAGES + 1)))) == [65, 65, 2]
    assert len(frames([bytes(FULL_BYTES // 2)] * 2)) == 1
    assert list(map(len, frames([bytes(FULL_BYTES // 2), bytes(FULL_BYTES // 2 + 1), b"m"]))) == [
        FULL_BYTES // 2 + 1,
        FULL_BYTES // 2 + 3,
    ]
    assert len(frames([bytes(3 * FULL_BYTES)])) == 1


def test_full_frame_of_many_messages_is_decoded_and_one_more_message_is_refused() -> None:
    goodbye = encode(m.Goodbye())
    received = FROM_CLIENT.decode(frame([goodbye] * MAX_MESSAGES))
    assert received == [Received(m.Goodbye(), b"")] * MAX_MESSAGES
    with pytest.raises(RemoteProtocolError, match="more than 64 messages in one frame"):
        FROM_CLIENT.decode(frame([goodbye] * (MAX_MESSAGES + 1)))


@pytest.mark.parametrize(
    ("decoder", "most", "envelope"),
    [
        (FROM_CLIENT, MAX_FRAME_BYTES, MAX_ENVELOPE_BYTES),
        (FROM_WORKER, MAX_FRAME_BYTES_FROM_WORKER, MAX_WORKER_ENVELOPE_BYTES),
        (TO_WORKER, MAX_FRAME_BYTES_TO_WORKER, 2 * MAX_ENVELOPE_BYTES),
    ],
)
def test_largest_message_fits_the_largest_frame(
    decoder: Decoder[m.Message], most: int, envelope: int
) -> None:
    whole = VERSION + entry(bytes(envelope), bytes(MAX_PAYLOAD_BYTES))
    assert len(whole) == most
    with pytest.raises(RemoteProtocolError, match="malformed message"):
        decoder.decode(whole)
    assert most >= 1 + FULL_BYTES


@pytest.mark.parametrize("own", DIRECTIONS, ids=["client", "to_client", "worker", "to_worker"])
@given(message=messages)
def test_message_of_another_direction_is_refused(
    own: tuple[Decoder[m.Message], Sequence[type[m.Message]]], message: m.Message
) -> None:
    decoder, kinds = own
    if type(message) in kinds:
        return
    with pytest.raises(RemoteProtocolError, match="malformed message"):
        decoder.decode(frame([encoded(message, b"")]))


@given(st.binary(max_size=200))
def test_arbitrary_bytes_give_messages_or_a_refusal(body: bytes) -> None:
    decode_or_refuse(body)
    decode_or_refuse(VERSION + body)


@given(st.lists(st.tuples(st.binary(max_size=50), payloads), max_size=4))
def test_arbitrary_messages_give_messages_or_a_refusal(said: list[tuple[bytes, bytes]]) -> None:
    decode_or_refuse(VERSION + b"".join(entry(*each) for each in said))


@given(messages, payloads, st.data())
def test_damaged_message_gives_a_message_or_a_refusal(
    message: m.Message, payload: bytes, data: st.DataObject
) -> None:
    whole = frame([encoded(message, payload)] * data.draw(st.integers(1, 3)))
    at = data.draw(st.integers(0, len(whole) - 1))
    flipped = bytes([whole[at] ^ data.draw(st.integers(1, 255))])
    decode_or_refuse(whole[:at] + flipped + whole[at + 1 :])
    decode_or_refuse(whole[:at] + whole[at + 1 :])
    decode_or_refuse(whole[:at] + data.draw(st.binary(max_size=5)) + whole[at:])


@given(messages, payloads, st.data())
def test_truncated_message_is_refused(
    message: m.Message, payload: bytes, data: st.DataObject
) -> None:
    whole = frame([encoded(message, payload)])
    cut = data.draw(st.integers(0, len(whole) - 1))
    for decoder in DECODERS.values():
        with pytest.raises(RemoteProtocolError):
            decoder.decode(whole[:cut])
        with pytest.raises(RemoteProtocolError):
            decoder.decode(whole + whole[1 : max(cut, 2)])


@given(packable | nearly, st.booleans())
def test_packed_value_gives_a_message_or_a_refusal(value: object, payload: bool) -> None:
    decode_or_refuse(packed(value, b"{}" if payload else b""))


GOODBYE: bytes = msgpack.packb({"type": "goodbye"})
HOSTILE: dict[str, bytes] = {
    "nothing": b"",
    "only the version": VERSION,
    "version 0": b"\x00" + submit()[1:],
    "version 1": b"\x01" + submit()[1:],
    "text": b"submit",
    "half of the sizes": VERSION + b"\x05\0\0\0",
    "no envelope": VERSION + entry(b""),
    "no envelope, but a payload": VERSION + entry(b"", b"{}"),
    "envelope longer than the frame": VERSION + b"\x64\0\0\0\0\0\0\0" + submit()[9:],
    "payload longer than the frame": VERSION + entry(GOODBYE)[:4] + b"\x01\0\0\0" + GOODBYE,
    "sizes of 4 Gi": VERSION + b"\xff" * 8 + GOODBYE,
    "envelope shorter than it says": VERSION + entry(GOODBYE + b"\0"),
    "envelope and payload taken for one another": VERSION + entry(b"{}", GOODBYE),
    "zeros after a message": submit() + bytes(8),
    "one byte after a message": submit() + b"\0",
    "payload of a message that has none": VERSION + entry(GOODBYE, b"{}"),
    "arrays 100000 deep": VERSION + entry(b"\x91" * 100_000),
    "arrays 900 deep": VERSION + entry(b"\x91" * 900 + b"\xc0"),
    "maps 5000 deep": VERSION + entry(b"\x81\xa1a" * 5000),
    "deep inside a field": VERSION + entry(b"\x81\xa7actions" + b"\x91" * 900 + b"\xc0"),
    "array of 4 Gi": VERSION + entry(b"\xdd\xff\xff\xff\xff"),
    "map of 4 Gi": VERSION + entry(b"\xdf\xff\xff\xff\xff"),
    "string of 4 Gi": VERSION + entry(b"\xdb\xff\xff\xff\xff"),
    "bin of 4 Gi": VERSION + entry(b"\xc6\xff\xff\xff\xff"),
    "ext of 4 Gi": VERSION + entry(b"\xc9\xff\xff\xff\xff\x01"),
    "reserved byte": VERSION + entry(b"\xc1"),
    "timestamp": VERSION + entry(b"\xd6\xff\x00\x00\x00\x00"),
    "timestamp of no length": VERSION + entry(b"\xc7\x00\xff"),
    "empty ext": VERSION + entry(b"\xc7\x00\x01"),
    "not UTF-8": VERSION + entry(b"\xa2\xff\xfe"),
    "surrogate": VERSION + entry(b"\x81\xa4type\xa3\xed\xa0\x80"),
    "bytes after the envelope": VERSION + entry(GOODBYE + b"\xc0"),
    "two messages in one envelope": VERSION + entry(GOODBYE * 2),
    "a version before each message": submit() + submit(),
    "no type": packed({"id": 1}),
    "type that is no text": packed({"type": 1}),
    "unknown type": packed({"type": "submit2"}),
    "array for a map": packed(["submit", 1, "x", "t"]),
    "key that is no text": packed({1: 2, "type": "goodbye"}),
    "key that is bytes": packed({b"type": "goodbye"}),
    "unknown field": submit(priority=1),
    "missing field": packed({"type": "submit", "id": 1, "trigger": "x"}),
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


@pytest.mark.parametrize("hostile", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_frame_is_refused(hostile: bytes) -> None:
    with pytest.raises(RemoteProtocolError):
        FROM_CLIENT.decode(hostile)


@pytest.mark.parametrize("hostile", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_frame_gives_a_message_or_a_refusal_in_every_direction(hostile: bytes) -> None:
    decode_or_refuse(hostile)
    decode_or_refuse(frame([encode(m.Goodbye())]) + hostile[1:])


@pytest.mark.parametrize(
    "whole",
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
def test_submission_within_its_limits_is_decoded(whole: bytes) -> None:
    [received] = FROM_CLIENT.decode(whole)
    assert isinstance(received.message, m.Submit)


@pytest.mark.parametrize("character", ["x", "é", "中", "😀"])
def test_script_of_allowed_length_is_decoded_whatever_its_characters(character: str) -> None:
    script = character * m.MAX_SCRIPT_CHARACTERS
    message = m.Submit(id=1, trigger="x", tenant="t", actions=[m.Action(name="f", script=script)])
    assert FROM_CLIENT.decode(framed(message, b"")) == [Received(message, b"")]


def test_last_of_duplicated_keys_counts() -> None:
    client = b"\xa6client"
    envelope = b"\x83\xa4type\xa5hello" + client + b"\xa1a" + client + b"\xa1b"
    assert FROM_CLIENT.decode(VERSION + entry(envelope)) == [Received(m.Hello(client="b"), b"")]


def test_wrong_version_is_refused_with_both_versions() -> None:
    with pytest.raises(RemoteProtocolError, match=r"version 2 expected .* got b'\\x07'"):
        FROM_CLIENT.decode(b"\x07\x80")


@pytest.mark.parametrize(
    ("whole", "reason"),
    [
        (VERSION, "ends before a message begins"),
        (VERSION + entry(GOODBYE)[:-1], "longer than its frame"),
        (VERSION + entry(GOODBYE) + bytes(7), "ends before a message begins"),
        (packed({"type": "hello", "client": ""}, b"{}"), "Hello: superfluous payload"),
    ],
    ids=["nothing", "cut off", "trailing bytes", "payload"],
)
def test_frame_that_does_not_add_up_is_refused_with_the_reason(whole: bytes, reason: str) -> None:
    with pytest.raises(RemoteProtocolError, match=reason):
        FROM_CLIENT.decode(whole)


@pytest.mark.parametrize(
    ("decoder", "envelope", "payload", "limit"),
    [
        (FROM_CLIENT, MAX_ENVELOPE_BYTES + 1, 0, 4194304),
        (FROM_CLIENT, 0, MAX_PAYLOAD_BYTES + 1, 4194304),
        (FROM_CLIENT, 2**32 - 1, 2**32 - 1, 4194304),
        (FROM_WORKER, MAX_WORKER_ENVELOPE_BYTES + 1, 0, 131072),
        (TO_WORKER, 2 * MAX_ENVELOPE_BYTES + 1, 0, 8388608),
    ],
)
def test_size_that_is_too_large_is_refused_before_there_is_anything_of_it(
    decoder: Decoder[m.Message], envelope: int, payload: int, limit: int
) -> None:
    with pytest.raises(RemoteProtocolError, match=rf"of \d+ bytes, {limit} allowed"):
        decoder.decode(VERSION + struct.pack("<II", envelope, payload))


def test_largest_payload_is_decoded() -> None:
    payload = bytes(MAX_PAYLOAD_BYTES)
    message = m.Submit(id=1, trigger="x", tenant="t")
    assert FROM_CLIENT.decode(framed(message, payload)) == [Received(message, payload)]


@pytest.mark.parametrize(
    ("message", "payload", "reason"),
    [
        (m.Result(id=1), None, "payload missing"),
        (m.Goodbye(), b"", "payload missing or superfluous"),
        (m.Result(id=1), bytes(MAX_PAYLOAD_BYTES + 1), "payload of 4194305 bytes"),
        (m.Hello(client="x" * MAX_ENVELOPE_BYTES), None, r"envelope of \d+ bytes"),
        (m.Hello(client="\ud800"), None, "half of a surrogate pair"),
    ],
)
def test_message_that_the_peer_would_refuse_is_not_encoded(
    message: m.Message, payload: bytes | None, reason: str
) -> None:
    with pytest.raises(LocalProtocolError, match=reason):
        encode(message, payload)


@given(texts)
def test_message_is_plain_messagepack_behind_its_sizes(client: str) -> None:
    whole = framed(m.Hello(client=client))
    assert whole[0] == 2
    assert struct.unpack("<II", whole[1:9]) == (len(whole) - 9, 0)
    assert msgpack.unpackb(whole[9:]) == {"type": "hello", "client": client}


def test_float_of_single_precision_is_a_timeout() -> None:
    action = {"name": "f", "script": "", "timeout": 1.5}
    job = {"type": "submit", "id": 1, "trigger": "x", "tenant": "t", "actions": [action]}
    envelope = msgpack.packb(job, use_single_float=True)
    [received] = FROM_CLIENT.decode(VERSION + entry(envelope))
    assert received.message.actions[0].timeout == 1.5
