"""A URL is read once, into a target that has one spelling."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from yarl import URL

from actionsd_broker.fetch.target import (
    MAX_URL_CHARACTERS,
    MalformedUrlError,
    Target,
    follow_location,
    read_url,
    spell_path,
)

BASE = read_url("https://a.com:8443/x/y?z=1")


@pytest.mark.parametrize(
    ("text", "sent"),
    [
        ("https://a.com", "https://a.com/"),
        ("HTTPS://A.com:443/", "https://a.com/"),
        ("http://a.com:8080?q", "http://a.com:8080/?q"),
        ("https://a.com/#fragment", "https://a.com/"),
        ("https://a.com/grö?ß=ü", "https://a.com/gr%C3%B6?%C3%9F=%C3%BC"),
        ("https://a.com/%7euser/%2f/%c3", "https://a.com/~user/%2F/%C3"),
        ("https://a.com/?q=100%&r={a}|b&s[]=1", "https://a.com/?q=100%25&r=%7Ba%7D%7Cb&s[]=1"),
        ("https://a.com//b", "https://a.com//b"),
        ("https://[::0001]:8443/", "https://[::1]:8443/"),
        ("https://a.com/?u=http://b.com/@\u00e9", "https://a.com/?u=http://b.com/@%C3%A9"),
    ],
)
def test_url_is_sent_in_one_spelling(text: str, sent: str) -> None:
    assert str(read_url(text).url()) == sent


def test_target_has_all_parts() -> None:
    assert Target("https", "a.com", 8443, "/x/y", "z=1") == BASE
    assert BASE.place == "https://a.com:8443"
    assert BASE.origin == ("https", "a.com", 8443)
    assert BASE.address is None
    assert read_url("http://[::1]/").authority == "[::1]"


def test_place_holds_neither_path_nor_query() -> None:
    assert "z=1" not in BASE.place
    assert "/x" not in BASE.place


def test_endless_url_is_refused() -> None:
    with pytest.raises(MalformedUrlError, match="more than"):
        read_url("https://a.com/" + "a" * MAX_URL_CHARACTERS)


def test_secret_in_a_url_is_refused_with_a_word_why() -> None:
    with pytest.raises(MalformedUrlError, match="not into URLs"):
        read_url("https://a.com/?key={{secret:x}}")


@pytest.mark.parametrize(
    "path",
    ["/..", "/a/./b", "/%2e%2e/", "/a%2f..%2fb", "/%252e%252e/", "/a\\..", "/..;x/", "/%", "/%0a"],
)
def test_path_that_a_server_may_resolve_is_refused(path: str) -> None:
    with pytest.raises(MalformedUrlError):
        spell_path(path)


def test_path_encoded_without_end_is_refused_at_once() -> None:
    with pytest.raises(MalformedUrlError, match="again and again"):
        spell_path("/%" + "25" * 3000 + "2e")


@pytest.mark.parametrize(
    ("location", "sent"),
    [
        ("/q", "https://a.com:8443/q"),
        ("q", "https://a.com:8443/x/q"),
        ("../../q", "https://a.com:8443/q"),
        ("?k=v", "https://a.com:8443/x/y?k=v"),
        ("//b.com/q", "https://b.com/q"),
        ("http://b.com", "http://b.com/"),
        ("/ü?ü", "https://a.com:8443/%C3%BC?%C3%BC"),
    ],
)
def test_location_is_read_relative_to_its_base(location: str, sent: str) -> None:
    assert str(follow_location(BASE, location).url()) == sent


@pytest.mark.parametrize(
    "location",
    ["\\\\b.com", "/\\b.com", "//u@b.com", "https:b.com", "file:///etc", "/a\r\nb", "/%2e%2e/b"],
)
def test_location_with_two_readings_is_refused(location: str) -> None:
    with pytest.raises(MalformedUrlError):
        follow_location(BASE, location)


@pytest.mark.parametrize(
    "text", ["http://[]@", "http://[", "http://]", "http://[]:1", "//::", "//]"]
)
def test_brackets_and_colons_that_hold_no_host_are_refused(text: str) -> None:
    for read in (read_url, lambda location: follow_location(BASE, location)):
        with pytest.raises(MalformedUrlError):
            read(text)


@given(
    st.sampled_from(["http://", "https://a.com", "http://[", "//", "/", ""]),
    st.text(alphabet=st.sampled_from("ab.:/@[]%?#\\ 0127x-é\t\uff11\u3002"), max_size=30),
)
def test_what_is_read_reads_the_same_again(start: str, text: str) -> None:
    for read in (read_url, lambda location: follow_location(BASE, location)):
        try:
            target = read(start + text)
        except MalformedUrlError:
            continue
        assert read_url(str(target.url())) == target
        assert URL(str(target.url())).raw_host == target.host
