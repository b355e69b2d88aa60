from __future__ import annotations

import msgspec
import pytest

from actionsd_broker.fetch.rules import AllowTable, make_rules
from actionsd_broker.migration.fetches import Entry, find_fetches
from actionsd_broker.migration.script_text import read_script


def keys(source: str) -> list[dict[str, object]]:
    return [dict(entry.keys()) for entry in find_fetches(read_script(source)).entries]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("http.fetch('https://api.example.com')", {"host": "api.example.com"}),
        ("fetch(\n  'https://API.example.com/')", {"host": "api.example.com"}),
        (
            "http.fetch('https://a.example/v1/users?x=1', { method: 'POST', body })",
            {"host": "a.example", "methods": ["POST"], "path": "/v1/users"},
        ),
        (
            'fetch(\'http://a.example:8080/v1\', {"method": "put"})',
            {
                "host": "a.example",
                "scheme": "http",
                "port": 8080,
                "methods": ["PUT"],
                "path": "/v1",
            },
        ),
        ("fetch(`https://a.example/users/${id}/x`)", {"host": "a.example", "path": "/users"}),
        ("fetch('https://a.example/u/p-' + id)", {"host": "a.example", "path": "/u"}),
        ("fetch('https://a.example/find?q='.concat(q))", {"host": "a.example"}),
        ("fetch('https://10.0.0.7/x')", {"host": "10.0.0.7", "path": "/x", "private": True}),
        (
            "fetch('http://localhost:3000')",
            {"host": "localhost", "scheme": "http", "port": 3000, "private": True},
        ),
        ("const u = 'https://a.example/x'; fetch(u)", {"host": "a.example", "path": "/x"}),
    ],
)
def test_entry_is_proposed(source: str, expected: dict[str, object]) -> None:
    assert keys(source) == [expected]
    make_rules([msgspec.convert(expected, AllowTable)], "here")


@pytest.mark.parametrize(
    "source",
    [
        "const u = 'https://a.example/x';",
        "fetch(url)",
        "fetch('https://' + host)",
        "fetch(`https://${host}/x`)",
        "fetch(`https://a.${domain}/x`)",
        "fetch('https://a.example' + path)",
        "fetch('https://user:pw@a.example/')",
        "fetch('ftp://a.example/')",
        "// fetch('https://a.example/')",
        "prefetch('https://a.example/')",
    ],
)
def test_nothing_is_proposed_where_nothing_is_sure(source: str) -> None:
    assert keys(source) == []


def test_calls_have_their_lines_and_methods_of_their_own() -> None:
    source = (
        "fetch('https://a.example/');\nfetch('https://b.example/', {method: 'POST'});\nfetch(x)"
    )
    found = find_fetches(read_script(source))
    assert [call.line for call in found.calls] == [1, 2, 3]
    assert found.calls[0].entry == Entry("https", "a.example", 443, "GET", "/", private=False)
    assert found.calls[1].entry == Entry("https", "b.example", 443, "POST", "/", private=False)
    assert found.calls[2].entry is None


def test_same_entry_is_proposed_once() -> None:
    assert len(keys("fetch('https://a.example/'); fetch('https://a.example/')")) == 1


def test_method_that_is_none_is_not_proposed() -> None:
    assert keys("fetch('https://a.example/', {method: 'a1'})") == [{"host": "a.example"}]
