from __future__ import annotations

import struct

import pytest

from actionsd_sandbox.mailbox import CHUNK_UNITS, HEADER_BYTES, SIZE_BYTES, Mailbox, Reply


@pytest.fixture
def memory() -> memoryview:
    return memoryview(bytearray(SIZE_BYTES))


@pytest.fixture
def mailbox(memory: memoryview) -> Mailbox:
    return Mailbox(memory)


def words(memory: memoryview) -> tuple[int, ...]:
    """Reply, wide, length, more, head, changes."""
    return struct.unpack_from("<6i", memory, 8)


def write(memory: memoryview, text: str, *, wide: bool) -> None:
    """Write a chunk as JavaScript does."""
    chunk = text.encode("utf-16-le", "surrogatepass") if wide else text.encode("ascii")
    units = len(chunk) // 2 if wide else len(chunk)
    struct.pack_into("<ii", memory, 12, wide, units)
    memory[HEADER_BYTES : HEADER_BYTES + len(chunk)] = chunk


def test_ascii_is_put_as_bytes(memory: memoryview, mailbox: Mailbox) -> None:
    mailbox.put(b"head", b"body")
    assert words(memory)[1:5] == (0, 8, 0, 4)
    assert bytes(memory[64:72]) == b"headbody"


@pytest.mark.parametrize(("head", "body"), [("ä", "b"), ("a", "ß"), ("😀", "")])
def test_other_text_is_put_as_utf16(
    memory: memoryview, mailbox: Mailbox, head: str, body: str
) -> None:
    mailbox.put(head.encode(), body.encode())
    whole = (head + body).encode("utf-16-le")
    units = len(head.encode("utf-16-le")) // 2
    assert words(memory)[1:5] == (1, len(whole) // 2, 0, units)
    assert bytes(memory[64 : 64 + len(whole)]) == whole


@pytest.mark.parametrize(("letter", "wide"), [("x", 0), ("ä", 1)])
@pytest.mark.parametrize(
    ("length", "chunks"),
    [
        (CHUNK_UNITS, [CHUNK_UNITS]),
        (CHUNK_UNITS + 1, [CHUNK_UNITS, 1]),
        (2 * CHUNK_UNITS, [CHUNK_UNITS, CHUNK_UNITS]),
    ],
)
def test_long_text_is_sent_in_chunks(
    memory: memoryview, mailbox: Mailbox, letter: str, wide: int, length: int, chunks: list[int]
) -> None:
    mailbox.put((letter * length).encode())
    for number, expected in enumerate(chunks, 1):
        assert words(memory)[1:4] == (wide, expected, number < len(chunks))
        mailbox.send_chunk()


def test_malformed_text_is_not_put(mailbox: Mailbox) -> None:
    with pytest.raises(UnicodeDecodeError):
        mailbox.put(b"{}", b"\xff")


@pytest.mark.parametrize(("text", "wide"), [("", False), ("ascii", False), ("ä😀", True)])
def test_text_is_taken_as_utf8(
    memory: memoryview, mailbox: Mailbox, text: str, *, wide: bool
) -> None:
    write(memory, text, wide=wide)
    assert mailbox.take() == text.encode()


def test_chunks_of_both_widths_make_one_text(memory: memoryview, mailbox: Mailbox) -> None:
    for text, wide in (("ab", False), ("ä", True)):
        write(memory, text, wide=wide)
        mailbox.receive_chunk()
    write(memory, "c", wide=False)
    assert mailbox.take() == "abäc".encode()


def test_pair_of_surrogates_is_joined_across_chunks(memory: memoryview, mailbox: Mailbox) -> None:
    write(memory, "\ud83d", wide=True)
    mailbox.receive_chunk()
    write(memory, "\ude00", wide=True)
    assert mailbox.take() == "😀".encode()


def test_text_that_was_taken_is_gone(memory: memoryview, mailbox: Mailbox) -> None:
    write(memory, "one", wide=False)
    mailbox.take()
    write(memory, "two", wide=False)
    assert mailbox.take() == b"two"


def test_chunks_of_a_text_that_broke_off_are_dropped_by_the_next_question(
    memory: memoryview, mailbox: Mailbox
) -> None:
    write(memory, "broken off", wide=False)
    mailbox.receive_chunk()
    mailbox.put(b"null")
    write(memory, "whole", wide=False)
    assert mailbox.take() == b"whole"


@pytest.mark.parametrize("reply", list(Reply))
def test_reply_is_set(memory: memoryview, mailbox: Mailbox, reply: Reply) -> None:
    mailbox.reply(reply)
    assert words(memory)[0] == reply


def test_figures_are_read(memory: memoryview, mailbox: Mailbox) -> None:
    struct.pack_into("<d", memory, 0, 1234.5)
    struct.pack_into("<i", memory, 28, 7)
    assert (mailbox.deadline_ms, mailbox.changes) == (1234.5, 7)
    mailbox.set_deadline(0.0)
    assert mailbox.deadline_ms == 0


def test_released_memory_is_not_held(memory: memoryview, mailbox: Mailbox) -> None:
    mailbox.release()
    with pytest.raises(ValueError, match="released"):
        memory.tobytes()
