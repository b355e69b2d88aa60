"""An entry of the allowlist means one thing, and says how a request misses it."""

from __future__ import annotations

import msgspec
import pytest

from actionsd_broker.fetch.rules import (
    AllowTable,
    MethodError,
    Miss,
    Rule,
    RuleError,
    make_rules,
    spell_method,
)
from actionsd_broker.fetch.target import read_url


def rule(**table: object) -> Rule:
    return make_rules([msgspec.convert({"host": "a.com", **table}, AllowTable)], "x")[0]


def misses(url: str, method: str = "GET", **table: object) -> set[Miss]:
    return {miss.kind for miss in rule(**table).misses(read_url(url), method)}


def test_entry_with_a_host_only_means_get_over_https() -> None:
    assert str(rule()) == "[[fetch.allow]] 1 of x: GET https://a.com/"
    assert misses("https://a.com/any/where?x=1") == set()


@pytest.mark.parametrize(
    ("url", "missed"),
    [
        ("https://b.com/", {Miss.HOST}),
        ("http://a.com/", {Miss.SCHEME}),
        ("https://a.com:8443/", {Miss.PORT}),
        ("http://a.com:8080/", {Miss.SCHEME, Miss.PORT}),
        ("http://b.com/", {Miss.HOST, Miss.SCHEME}),
    ],
)
def test_every_miss_is_named_and_none_twice(url: str, missed: set[Miss]) -> None:
    assert misses(url) == missed


def test_port_follows_the_scheme() -> None:
    assert misses("http://a.com/", scheme="http") == set()
    assert misses("http://a.com:81/", scheme="http", port=81) == set()


@pytest.mark.parametrize("path", ["/v1", "/v1/"])
@pytest.mark.parametrize(
    ("asked", "allowed"),
    [("/v1", True), ("/v1/", True), ("/v1/x", True), ("/v10", False), ("/", False)],
)
def test_path_is_a_prefix_of_whole_segments(path: str, asked: str, allowed: bool) -> None:
    assert (misses(f"https://a.com{asked}", path=path) == set()) is allowed


def test_path_is_compared_in_one_spelling() -> None:
    assert misses("https://a.com/gr%c3%b6/x", path="/grö") == set()


def test_method_must_be_listed() -> None:
    assert misses("https://a.com/", "POST") == {Miss.METHOD}
    assert misses("https://a.com/", "POST", methods=["POST", "PUT"]) == set()


@pytest.mark.parametrize(
    ("table", "key"),
    [
        ({"host": "127.1"}, "host"),
        ({"host": "*.com"}, "host"),
        ({"host": "https://a.com"}, "host"),
        ({"path": "v1"}, "path"),
        ({"path": "/v1?x"}, "path"),
        ({"path": "/../x"}, "path"),
        ({"methods": ["GET", "TRACE"]}, "methods"),
    ],
)
def test_entry_that_means_nothing_is_refused_with_its_key(
    table: dict[str, object], key: str
) -> None:
    with pytest.raises(RuleError) as caught:
        rule(**table)
    assert caught.value.keys == ("0", key)


@pytest.mark.parametrize(
    "table",
    [
        {"scheme": "ftp"},
        {"port": 0},
        {"port": 65536},
        {"methods": []},
        {"methods": ["get"]},
        {"hosts": "a"},
        {"private": "yes"},
    ],
)
def test_value_of_the_wrong_type_is_refused(table: dict[str, object]) -> None:
    with pytest.raises(msgspec.ValidationError):
        rule(**table)


def test_entry_is_for_the_very_address() -> None:
    target = read_url("https://10.0.0.1/")
    assert rule(host="10.0.0.1").names_address(target)
    assert not rule(host="a.com").names_address(target)


def test_usual_methods_may_be_written_small() -> None:
    assert [spell_method(text) for text in ("get", "Patch", "PURGE", "purge")] == [
        "GET",
        "PATCH",
        "PURGE",
        "purge",
    ]


@pytest.mark.parametrize("text", ["", "GET /", "GET\r\n", "G\u00cbT", "A" * 40, "{{"])
def test_what_is_no_method_is_refused(text: str) -> None:
    with pytest.raises(MethodError):
        spell_method(text)
