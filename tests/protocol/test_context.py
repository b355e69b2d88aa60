"""The context document: what is wrong with one is said with its place."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actionsd_protocol.context import KEYS, ContextError, check_context

BAD = [
    (b"", "not JSON: Expecting value at line 1 column 1"),
    (b'{"claims": {\n  "a": }}', "not JSON: Expecting value at line 2 column 8"),
    (b'{"claims": {}', "not JSON: Expecting ',' delimiter at line 1 column 14"),
    (b"{'claims': {}}", "double quotes at line 1 column 2"),
    (b"{} {}", "not JSON: Extra data at line 1 column 4"),
    (b"\xef\xbb\xbf{}", "not JSON: Unexpected UTF-8 BOM"),
    (b'{"claims": {"a": NaN}}', "not JSON: NaN is no JSON number"),
    (b'{"claims": {"a": -Infinity}}', "not JSON: -Infinity is no JSON number"),
    (b'{"claims": "\xff"}', "not UTF-8: byte 12 is 0xff"),
    (b"[]", "a JSON object expected, got list"),
    (b"null", "a JSON object expected, got NoneType"),
    (b'"{}"', "a JSON object expected, got str"),
    (b"[" * 100_000, "nested too deeply"),
    (b'{"users": {}}', "unknown key 'users'; did you mean 'user'?"),
    (b'{"user_grants": []}', "unknown key 'user_grants'; did you mean 'userGrants'?"),
    (b'{"zzz": 1}', "unknown key 'zzz'; there is: accessToken, idToken,"),
    (b'{"claims": []}', "got `array` - at `$.claims`"),
    (b'{"accessToken": 1}', "Expected `str | null`, got `int` - at `$.accessToken`"),
    (b'{"user": {"human": {"isEmailVerified": "yes"}}}', "at `$.user.human.isEmailVerified`"),
    (b'{"userGrants": [{}, {"roles": ["a", 1]}]}', "got `int` - at `$.userGrants[1].roles[1]`"),
    (
        b'{"userMetadata": [{"key": "k"}]}',
        "required field `value` - at `$.userMetadata[0]`",
    ),
    (b'{"grantOrgMetadata": {"o": [{"key": 1}]}}', "at `$.grantOrgMetadata[...][0].key`"),
    (b'{"actor": {"actor": {"userId": 1}}}', "at `$.actor.actor.userId`"),
    (b'{"user": {"creationDate": "yesterday"}}', "at `$.user.creationDate`"),
    (b'{"user": {"creationDate": "2024-01-01"}}', "at `$.user.creationDate`"),
    (b'{"user": {"creationDate": "2024-01-01T00:00:00"}}', "at `$.user.creationDate`"),
    (b'{"user": {"creationDate": "2024-01-01T00:00:00Z\\n"}}', "at `$.user.creationDate`"),
    (b'{"userMetadata": [{"key": "k", "value": "a-b_"}]}', "at `$.userMetadata[0].value`"),
    (b'{"userMetadata": [{"key": "k", "value": "a=b"}]}', "at `$.userMetadata[0].value`"),
    (b'{"orgMetadata": [{"key": "k", "value": 1}]}', "got `int` - at `$.orgMetadata[0].value`"),
]


@pytest.mark.parametrize(("text", "message"), BAD, ids=[repr(text[:40]) for text, _ in BAD])
def test_bad_context_is_refused_with_its_place(text: bytes, message: str) -> None:
    with pytest.raises(ContextError, match=re.escape(message)):
        check_context(text)


@pytest.mark.parametrize(
    "text",
    [
        b"{}",
        b' \r\n\t{"claims": {}} ',
        b'{"claims": null, "user": null}',
        b'{"claims": {"anything": [1, 1e3, "\\ud83d\\ude00", null, {"x": {}}]}}',
        b'{"user": {"human": {}, "machine": {"name": "ci"}, "extra": 1}}',
        b'{"user": {"creationDate": "2024-02-29T12:00:00.123456789+05:30"}}',
        b'{"user": {"creationDate": ""}}',
        b'{"user": {"sequence": 12345678901234567890, "state": 1.5}}',
        b'{"userMetadata": [{"key": "k", "value": "aGk="}, {"key": "", "value": ""}]}',
        b'{"grantOrgMetadata": {"org": [{"key": "k", "value": "aGk"}]}}',
        b'{"userGrants": [{"roles": null}, {"roles": []}]}',
        b'{"actor": {"userId": "a", "actor": {"issuer": "i", "actor": null}}}',
        '{"claims": {"名": "é"}}'.encode(),
    ],
)
def test_good_context_is_accepted(text: bytes) -> None:
    check_context(text)


@pytest.mark.parametrize("key", KEYS)
def test_every_key_is_optional_and_may_be_null(key: str) -> None:
    check_context(json.dumps({key: None}).encode())


@pytest.mark.parametrize(
    "text",
    [
        b'{"claims": {"n": ' + b"1" * 5000 + b"}}",
        b'{"user": {"\\ud800": 1}}',
        b'{"user": {"id": "\\ud800"}}',
        b'{"actor": ' * 900 + b"{}" + b"}" * 900,
        b'{"claims": ' + b'{"a": ' * 800 + b"1" + b"}" * 801,
        b'{"claims": {"n": 1e999}}',
    ],
    ids=["5000 digits", "surrogate key", "surrogate", "actors", "deep", "beyond double"],
)
def test_strange_context_is_accepted_or_refused(text: bytes) -> None:
    accept_or_refuse(text)


@given(st.binary(max_size=50))
def test_arbitrary_bytes_are_accepted_or_refused(text: bytes) -> None:
    accept_or_refuse(text)


@given(
    st.dictionaries(
        st.sampled_from(KEYS),
        st.recursive(
            st.none() | st.integers() | st.floats() | st.text(max_size=9),
            lambda inner: (
                st.lists(inner, max_size=3)
                | st.dictionaries(st.sampled_from(["key", "value", "human", "actor"]), inner)
            ),
        ),
    )
)
def test_document_of_any_shape_is_accepted_or_refused(document: dict[str, object]) -> None:
    accept_or_refuse(json.dumps(document).encode())


def accept_or_refuse(text: bytes) -> None:
    try:
        check_context(text)
    except ContextError as error:
        assert str(error)  # noqa: PT017 - either way is right


def test_value_that_is_white_space_without_end_is_refused_at_once() -> None:
    # Shared out in every way, this takes longer than anybody waits.
    value = " " * 1_000_000
    for ending in ("", "=", "== \n"):
        check_context(
            json.dumps({"userMetadata": [{"key": "k", "value": value + ending}]}).encode()
        )
    with pytest.raises(ContextError, match="matching regex"):
        check_context(json.dumps({"userMetadata": [{"key": "k", "value": value + "!"}]}).encode())
