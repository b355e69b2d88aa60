"""JSON is read in one way only, and written as it was."""

from __future__ import annotations

import pytest

from actionsd_gateway.zitadel.document import PayloadError, read_document, write_document


@pytest.mark.parametrize(
    "text",
    [
        '{"n":12345678901234567890123}',
        '{"n":-1.10000000000000000000000001}',
        '{"n":{"a":[1,true,null,"\u00e4\U0001f600"]}}',
        '{"n":0.1}',
    ],
)
def test_what_is_echoed_is_what_came(text: str) -> None:
    assert write_document(read_document(text.encode())).decode() == text


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "not JSON"),
        (b"[1]", "object expected"),
        (b"null", "object expected"),
        (b'{"a":1,"a":1}', "twice"),
        (b'{"a":{"b":1,"b":2}}', "twice"),
        (b'{"a":1} x', "not JSON"),
        (b'{"a":NaN}', "no JSON number"),
        (b'{"a":-Infinity}', "no JSON number"),
        (b'{"a":1e99999999999999999999}', "digits"),
        (b'{"a":' + b"9" * 5000 + b"}", "digits"),
        (b'{"a":"\\ud800"}', "surrogate"),
        (b'{"\\uDFFF":1}', "surrogate"),
        (b'{"a":"\xff"}', "UTF-8"),
        (b"\xef\xbb\xbf{}", "not JSON"),
        (b'{"a":' * 100_000, "deeply"),
        (b"[" * 1_000_000, "deeply"),
    ],
)
def test_what_could_be_misread_is_refused(body: bytes, reason: str) -> None:
    with pytest.raises(PayloadError, match=reason):
        read_document(body)


def test_pair_of_surrogates_is_one_character() -> None:
    assert read_document(b'{"a":"\\ud83d\\ude00"}') == {"a": "\U0001f600"}


def test_refusal_quotes_nothing() -> None:
    with pytest.raises(PayloadError) as refused:
        read_document(b'{"password": "secret-word", oops}')
    assert "secret" not in str(refused.value)
