"""A response's body as it comes in: decoded, and never more of it than allowed. Pure.

gzip and deflate are what we offer a server (they are in the standard library); a coding
that was not offered, or two on top of each other, is refused. zlib is told how much it may
give at most, so a bomb is stopped at the limit and never unpacked.
"""

from __future__ import annotations

import zlib

ACCEPT_ENCODING = "gzip, deflate"

_GZIP = 16 + zlib.MAX_WBITS
_MAX_MEMBERS = 16


class CodingError(ValueError):
    """Raised for a body that is not what its Content-Encoding says."""


class TooLargeError(ValueError):
    """Raised as soon as a body is larger than allowed, coded or decoded."""


class Body:
    """Gathers a body from its chunks; `coding` is the response's Content-Encoding."""

    def __init__(self, coding: str, limit: int) -> None:
        self._coding = coding.strip().lower()
        self._limit = limit
        self._taken = 0
        self._parts = bytearray()
        self._members = 0
        self._decoder: zlib._Decompress | None = None

    @property
    def taken(self) -> int:
        """Bytes that came in."""
        return self._taken

    @property
    def is_coded(self) -> bool:
        """Whether what comes in is not what `finish` returns."""
        return self._coding not in ("", "identity")

    def feed(self, chunk: bytes) -> None:
        """Take a chunk; raises CodingError, TooLargeError."""
        self._taken += len(chunk)
        if self._taken > self._limit:
            raise TooLargeError
        if not self.is_coded:
            self._parts += chunk
            return
        while chunk:
            if self._decoder is None:
                self._decoder = self._begin(chunk)
            chunk = self._decode(self._decoder, chunk)

    def finish(self) -> bytes:
        """Return the whole body; raises CodingError if it ends too early."""
        if self._decoder is not None:
            raise CodingError("its compressed body ends too early")
        return bytes(self._parts)

    def _begin(self, chunk: bytes) -> zlib._Decompress:
        if self._coding not in ("gzip", "x-gzip", "deflate"):
            raise CodingError("its Content-Encoding was not asked for")
        self._members += 1
        if self._coding == "deflate":
            if self._members > 1:
                raise CodingError("its compressed body goes on after its end")
            # Properly that is zlib's format; some servers send the bare stream.
            bare = chunk[0] & 0x0F != 0x08
            return zlib.decompressobj(-zlib.MAX_WBITS if bare else zlib.MAX_WBITS)
        if self._members > _MAX_MEMBERS:
            raise CodingError("its compressed body has too many parts")
        return zlib.decompressobj(_GZIP)

    def _decode(self, decoder: zlib._Decompress, chunk: bytes) -> bytes:
        # Returns what is left for the next member of the stream.
        try:
            while True:
                room = self._limit - len(self._parts)
                self._parts += decoder.decompress(chunk, room + 1)
                if len(self._parts) > self._limit:
                    raise TooLargeError
                if decoder.eof:
                    self._decoder = None
                    return decoder.unused_data
                chunk = decoder.unconsumed_tail
                if not chunk:
                    return b""
        except zlib.error:
            raise CodingError("its body is not compressed as its Content-Encoding says") from None
