"""The buffer that JavaScript and Python share: texts both ways, and a few figures.

Host functions have no arguments and no result, so everything goes through here. The
layout is repeated at the top of js/serve.js; change both together. A text is sent in
chunks: as bytes where all of it is ASCII, as UTF-16 where it is not.

Little-endian, offsets in bytes:
    0  float64  deadline   when the running phase must end, ms since the epoch; 0: none
                        runs; infinity: one runs, its end is not known yet
    8  int32    reply      Python's answer to `exchange`: a `Reply`
   12  int32    wide       1 if the chunk is UTF-16, 0 if it is ASCII
   16  int32    length     of the chunk, in code units
   20  int32    more       1 if another chunk follows
   24  int32    head       how much of a text from Python is the job, in code units
   28  int32    changes    counts what the script did through ctx and api
   32  int32    litter     1 if what earlier jobs left is to be collected before this one
   64           the chunk
"""

from __future__ import annotations

import codecs
import enum
import struct

HEADER_BYTES = 64
CHUNK_BYTES = 256 * 1024
SIZE_BYTES = HEADER_BYTES + CHUNK_BYTES
CHUNK_UNITS = CHUNK_BYTES // 2
"""Code units in a chunk, whatever their width: one limit for both is simpler."""

# Looked up now: a process that is sealed cannot load the codec when the first text needs it.
_UTF_16 = codecs.lookup("utf-16-le").name

_DEADLINE = struct.Struct("<d")
_CHUNK = struct.Struct("<iii")
_INT = struct.Struct("<i")


class Reply(enum.IntEnum):
    """What `exchange` tells the prelude to do."""

    JOB = 0
    """A job is in the mailbox."""
    AGAIN = 1
    """Microtasks changed something or took long: sweep up, write the report once more."""
    LEAVE = 2
    """Return from `serve`."""
    WAIT = 3
    """Do nothing: the run was told to end and is about to."""
    THROWN = 4
    """An action threw: what it threw is in the mailbox. Said before `serve` begins."""


class Mailbox:
    """Python's side of the shared buffer."""

    def __init__(self, memory: memoryview) -> None:
        self._memory = memory
        self._outgoing = b""
        self._wide = False
        self._incoming: list[str] = []

    @property
    def deadline_ms(self) -> float:
        """When the running phase must end, in milliseconds since the epoch; 0 if none runs."""
        deadline: float = _DEADLINE.unpack_from(self._memory, 0)[0]
        return deadline

    @property
    def changes(self) -> int:
        """A counter that moves whenever a script changes something."""
        count: int = _INT.unpack_from(self._memory, 28)[0]
        return count

    def set_litter(self, *, litter: bool) -> None:
        """Say whether the prelude is to call `tidy` before it begins the job."""
        _INT.pack_into(self._memory, 32, litter)

    def set_deadline(self, deadline_ms: float) -> None:
        """Note that nothing runs (0), or that something does (infinity)."""
        _DEADLINE.pack_into(self._memory, 0, deadline_ms)

    def release(self) -> None:
        """Let go of the memory, which goes with its isolate."""
        self._memory.release()

    def reply(self, reply: Reply) -> None:
        """Set the answer that `exchange` finds."""
        _INT.pack_into(self._memory, 8, reply)

    def put(self, head: bytes, body: bytes = b"") -> None:
        """Send a text of two parts, both UTF-8; raises UnicodeDecodeError if they are not.

        What had come of a text that was broken off is forgotten.
        """
        self._incoming.clear()
        self._wide = not (head.isascii() and body.isascii())
        if self._wide:
            # What is malformed is found here, before JavaScript sees any of it.
            head_text = head.decode().encode(_UTF_16)
            self._outgoing = head_text + body.decode().encode(_UTF_16)
            units = len(head_text) // 2
        else:
            self._outgoing = head + body
            units = len(head)
        _INT.pack_into(self._memory, 24, units)
        self.send_chunk()

    def send_chunk(self) -> None:
        """Move the next chunk of what `put` was given into the buffer."""
        limit = CHUNK_UNITS * (2 if self._wide else 1)
        chunk, self._outgoing = self._outgoing[:limit], self._outgoing[limit:]
        units = len(chunk) // 2 if self._wide else len(chunk)
        _CHUNK.pack_into(self._memory, 12, self._wide, units, bool(self._outgoing))
        self._memory[HEADER_BYTES : HEADER_BYTES + len(chunk)] = chunk

    def fill(self, raw: bytes) -> None:
        """Put bytes where the chunk is."""
        self._memory[HEADER_BYTES : HEADER_BYTES + len(raw)] = raw

    def receive_chunk(self) -> None:
        """Keep the chunk in the buffer; more will follow."""
        wide, units, _ = _CHUNK.unpack_from(self._memory, 12)
        end = HEADER_BYTES + units * (2 if wide else 1)
        # A pair of surrogates may straddle two chunks: kept as they are until both are here.
        chunk = bytes(self._memory[HEADER_BYTES:end])
        self._incoming.append(
            chunk.decode(_UTF_16, "surrogatepass") if wide else chunk.decode("ascii")
        )

    def take(self) -> bytes:
        """Return the text that JavaScript sent, as UTF-8."""
        self.receive_chunk()
        text = "".join(self._incoming)
        self._incoming.clear()
        if text.isascii():
            return text.encode()
        return text.encode(_UTF_16, "surrogatepass").decode(_UTF_16).encode()
