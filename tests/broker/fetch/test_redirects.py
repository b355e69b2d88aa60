"""A redirect changes the request as Go's client would, and sheds credentials on the way."""

from __future__ import annotations

import pytest

from actionsd_broker.fetch.redirects import Outgoing, follow, is_downgrade, location_of
from actionsd_broker.fetch.target import MalformedUrlError, read_url

BASE = read_url("https://a.com/x")
HEADERS = (("Authorization", "Bearer x"), ("Content-Type", "application/json"), ("X-A", "1"))


@pytest.mark.parametrize(
    ("status", "method", "after", "has_body"),
    [
        (301, "GET", "GET", True),
        (301, "POST", "GET", False),
        (302, "PUT", "GET", False),
        (303, "DELETE", "GET", False),
        (302, "HEAD", "HEAD", True),
        (307, "POST", "POST", True),
        (308, "PUT", "PUT", True),
    ],
)
def test_method_and_body_follow_the_status(
    status: int, method: str, after: str, has_body: bool
) -> None:
    _, outgoing = follow(Outgoing(method, HEADERS, b"{}"), BASE, status, "/y")
    assert outgoing.method == after
    assert (outgoing.body is not None) is has_body
    assert (("Content-Type", "application/json") in outgoing.headers) is has_body


def test_credentials_stay_within_the_origin() -> None:
    _, outgoing = follow(Outgoing("GET", HEADERS), BASE, 302, "/y")
    assert outgoing.headers == HEADERS


@pytest.mark.parametrize(
    "location", ["https://b.com/", "https://a.com:8443/", "http://a.com/", "//b.com/"]
)
def test_credentials_do_not_go_to_another_origin(location: str) -> None:
    _, outgoing = follow(Outgoing("GET", HEADERS), BASE, 307, location)
    assert outgoing.headers == (("Content-Type", "application/json"),)


@pytest.mark.parametrize("status", [200, 204, 300, 304, 305, 306, 404])
def test_other_status_is_the_last(status: int) -> None:
    assert location_of(status, (("Location", "/y"),)) is None


def test_redirect_without_a_place_is_the_last() -> None:
    assert location_of(302, ()) is None
    assert location_of(302, (("Location", ""),)) is None


def test_redirect_to_two_places_is_refused() -> None:
    assert location_of(302, (("location", "/y"), ("Location", "/y"))) == "/y"
    with pytest.raises(MalformedUrlError):
        location_of(302, (("Location", "/y"), ("Location", "/z")))


def test_downgrade_is_seen() -> None:
    assert is_downgrade(BASE, read_url("http://a.com/"))
    assert not is_downgrade(read_url("http://a.com/"), BASE)
