"""Bodies are decoded up to their limit, and never beyond."""

from __future__ import annotations

import gzip
import tracemalloc
import zlib

import pytest

from actionsd_broker.fetch.decoding import Body, CodingError, TooLargeError

TEXT = b"hello " * 100


def packed(data: bytes) -> bytes:
    return gzip.compress(data, mtime=0)  # the same in every process: it names tests


def decode(coding: str, data: bytes, limit: int = 10_000, step: int = 7) -> bytes:
    body = Body(coding, limit)
    for start in range(0, len(data), step):
        body.feed(data[start : start + step])
    return body.finish()


def raw_deflate(data: bytes) -> bytes:
    compressor = zlib.compressobj(wbits=-15)
    return compressor.compress(data) + compressor.flush()


@pytest.mark.parametrize(
    ("coding", "data"),
    [
        ("", TEXT),
        ("identity", TEXT),
        ("gzip", packed(TEXT)),
        ("X-GZip", packed(TEXT)),
        ("gzip", packed(TEXT[:60]) + packed(TEXT[60:])),
        ("deflate", zlib.compress(TEXT)),
        ("deflate", raw_deflate(TEXT)),
    ],
)
@pytest.mark.parametrize("step", [1, 7, 100_000])
def test_body_is_decoded_however_it_comes(coding: str, data: bytes, step: int) -> None:
    assert decode(coding, data, step=step) == TEXT


@pytest.mark.parametrize(
    ("coding", "data"),
    [
        ("br", b"x"),
        ("gzip, gzip", b"x"),
        ("zstd", b"x"),
        ("gzip", b"not compressed"),
        ("gzip", packed(TEXT)[:-9]),
        ("gzip", packed(TEXT) + b"rest"),
        ("deflate", zlib.compress(TEXT) + b"rest"),
        ("gzip", packed(b"") * 17),
    ],
)
def test_body_that_is_not_what_it_says_is_refused(coding: str, data: bytes) -> None:
    with pytest.raises(CodingError):
        decode(coding, data)


@pytest.mark.parametrize("coding", ["br", "gzip", ""])
def test_body_that_is_not_there_needs_no_decoding(coding: str) -> None:
    assert decode(coding, b"") == b""


@pytest.mark.parametrize("compress", [packed, zlib.compress, raw_deflate, bytes])
def test_body_may_be_as_large_as_its_limit_and_no_larger(compress: object) -> None:
    assert callable(compress)
    coding = {packed: "gzip", bytes: ""}.get(compress, "deflate")
    assert len(decode(coding, compress(bytes(10_000)))) == 10_000
    with pytest.raises(TooLargeError):
        decode(coding, compress(bytes(10_001)))


def test_coded_bytes_count_too() -> None:
    with pytest.raises(TooLargeError):
        decode("gzip", packed(b"")[:10] + b"\0\0\0\xff\xff" * 4000)  # empty blocks


def test_bomb_is_not_unpacked() -> None:
    packed = zlib.compress(bytes(50_000_000), 9)
    tracemalloc.start()
    try:
        with pytest.raises(TooLargeError):
            decode("deflate", packed, limit=1_000_000, step=len(packed))
        assert tracemalloc.get_traced_memory()[1] < 8_000_000
    finally:
        tracemalloc.stop()
