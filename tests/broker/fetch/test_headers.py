"""A script's headers are sent as headers, or not at all."""

from __future__ import annotations

import pytest

from actionsd_broker.fetch.headers import (
    HeaderError,
    check_headers,
    for_another_origin,
    of_response,
    value_of,
    values_of,
    without_body,
)


def test_honest_headers_are_kept_in_order_and_trimmed() -> None:
    headers = (("Accept", " application/json "), ("X-A", "1"), ("x-a", "2\tü"))
    assert check_headers(headers) == (
        ("Accept", "application/json"),
        ("X-A", "1"),
        ("x-a", "2\tü"),
    )


@pytest.mark.parametrize("name", ["Host", "content-length", "Accept-Encoding"])
def test_header_that_is_ours_is_overlooked(name: str) -> None:
    assert check_headers([(name, "x")]) == ()


@pytest.mark.parametrize(
    "name",
    [
        *("Connection", "Keep-Alive", "TE", "Trailer", "Transfer-Encoding", "Upgrade", "Expect"),
        *("Proxy-Authorization", "proxy-connection", "HTTP2-Settings"),
    ],
)
def test_hop_by_hop_header_is_refused(name: str) -> None:
    with pytest.raises(HeaderError, match=name):
        check_headers([(name, "x")])


@pytest.mark.parametrize("value", ["a\r\nX: b", "a\nb", "a\rb", "a\0", "a\x1b", "\x7f", "\ud800"])
def test_value_that_is_more_than_a_value_is_refused_and_not_quoted(value: str) -> None:
    with pytest.raises(HeaderError) as caught:
        check_headers([("X-A", value)])
    assert value not in str(caught.value)


@pytest.mark.parametrize("name", ["", "a b", "a:", "a\r\nb", "ü", "a\0", "(a)"])
def test_name_that_is_no_name_is_refused(name: str) -> None:
    with pytest.raises(HeaderError):
        check_headers([(name, "x")])


def test_too_many_headers_are_refused() -> None:
    with pytest.raises(HeaderError, match="more than 64"):
        check_headers([("X", "1")] * 65)


def test_too_large_headers_are_refused() -> None:
    with pytest.raises(HeaderError, match="bytes"):
        check_headers([("X", "1" * 20_000)])


def test_only_harmless_headers_go_to_another_origin() -> None:
    headers = (
        ("Authorization", "Bearer x"),
        ("Cookie", "x"),
        ("X-Api-Key", "x"),
        ("Accept", "{{secret:x}}"),
        ("Content-Type", "text/plain"),
    )
    assert for_another_origin(headers) == (("Content-Type", "text/plain"),)


def test_headers_of_a_body_go_with_it() -> None:
    assert without_body([("Content-Type", "x"), ("X", "1")]) == (("X", "1"),)


def test_response_keeps_what_is_the_servers_word() -> None:
    headers = (
        ("Set-Cookie", "a"),
        ("Set-Cookie", "b"),
        ("Connection", "close"),
        ("Content-Encoding", "gzip"),
        ("Content-Length", "9"),
    )
    assert of_response(headers, decoded=True) == headers[:2]
    assert of_response(headers, decoded=False) == (*headers[:2], *headers[3:])


def test_values_are_found_whatever_the_case() -> None:
    headers = (("X-A", "1"), ("x-a", "2"))
    assert value_of(headers, "x-a") == "1"
    assert values_of(headers, "x-a") == ["1", "2"]
    assert value_of(headers, "x-b") is None
