"""A host has one spelling, or is refused."""

from __future__ import annotations

import pytest

from actionsd_broker.fetch.hosts import HostError, address_of, in_url, read_pattern, spell_host


@pytest.mark.parametrize(
    ("text", "host"),
    [
        ("API.Example.com", "api.example.com"),
        ("my_service", "my_service"),
        ("bücher.example", "xn--bcher-kva.example"),
        ("xn--bcher-kva.example", "xn--bcher-kva.example"),
        ("192.0.2.1", "192.0.2.1"),
        ("0:0:0:0:0:0:0:1", "::1"),
        ("2606:4700::1", "2606:4700::1"),
        ("1.2.3.4a", "1.2.3.4a"),
    ],
)
def test_host_has_one_spelling(text: str, host: str) -> None:
    assert spell_host(text) == host


@pytest.mark.parametrize(
    "text",
    [
        "",
        ".",
        "a..b",
        "a.b.",
        "-a",
        "a-",
        "a" * 64,
        ".".join(["a" * 60] * 5),
        "*.a.b",
        "a/b",
        "127.1",
        "0177.0.0.1",
        "127.0.0.01",
        "0x7f.0.0.1",
        "2130706433",
        "1.2.3.4.5",
        "256.1.1.1",
        "a.0x1",
        "fe80::1%eth0",
        "::1::",
        "xn--a",  # stands for a control character
        "BÜCHER.example",  # capitals of other scripts have no place in a name
        "\uff11\uff12\uff17.0.0.1",
        "127\u30020.0.1",
        "a\u00adb",
    ],
)
def test_host_with_two_readings_is_refused(text: str) -> None:
    with pytest.raises(HostError):
        spell_host(text)


def test_homograph_is_another_host() -> None:
    assert spell_host("\u0430pi.example.com") == "xn--pi-6kc.example.com"


def test_address_is_told_from_a_name() -> None:
    assert str(address_of("10.0.0.1")) == "10.0.0.1"
    assert str(address_of("::1")) == "::1"
    assert address_of("a1.example.com") is None


def test_ipv6_has_brackets_in_a_url_only() -> None:
    assert in_url("::1") == "[::1]"
    assert in_url("a.b") == "a.b"


@pytest.mark.parametrize(
    ("pattern", "host", "covered"),
    [
        ("a.example.com", "a.example.com", True),
        ("a.example.com", "b.a.example.com", False),
        ("*.example.com", "a.example.com", True),
        ("*.example.com", "b.a.example.com", False),
        ("*.example.com", "example.com", False),
        ("*.example.com", "aexample.com", False),
        ("*.example.com", ".example.com", False),
        ("[::1]", "::1", True),
        ("::1", "::1", True),
        ("*.bücher.example", "a.xn--bcher-kva.example", True),
    ],
)
def test_pattern_covers_exactly_one_label_more(pattern: str, host: str, covered: bool) -> None:
    assert read_pattern(pattern).covers(host) is covered


@pytest.mark.parametrize("text", ["*", "*.com", "*.0.0.1", "a.*.com", "*a.b.com", "*.*.b.com", ""])
def test_pattern_that_means_too_much_is_refused(text: str) -> None:
    with pytest.raises(HostError):
        read_pattern(text)


def test_pattern_reads_as_it_was_written() -> None:
    assert [str(read_pattern(text)) for text in ("*.a.b", "::1")] == ["*.a.b", "[::1]"]
