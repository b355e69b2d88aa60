"""Only addresses of the public Internet pass; the others say what would open them."""

from __future__ import annotations

from ipaddress import IPv6Address, ip_address

import pytest

from actionsd_broker.fetch.addresses import embedded_in, judge_address


@pytest.mark.parametrize(
    "text",
    ["8.8.8.8", "93.184.216.34", "172.32.0.1", "100.128.0.1", "2606:4700::1", "2a00:1450:4001::1"],
)
def test_public_address_passes(text: str) -> None:
    assert judge_address(ip_address(text)) is None


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("10.0.0.1", "private"),
        ("172.16.0.1", "private"),
        ("172.31.255.255", "private"),
        ("192.168.1.1", "private"),
        ("127.0.0.1", "loopback"),
        ("127.255.255.254", "loopback"),
        ("169.254.1.1", "link-local"),
        ("100.64.0.1", "carrier-grade NAT"),
        ("192.0.2.1", "documentation"),
        ("198.51.100.1", "documentation"),
        ("203.0.113.1", "documentation"),
        ("198.18.0.1", "benchmarking"),
        ("192.88.99.1", "6to4 relay"),
        ("::1", "loopback"),
        ("fc00::1", "private (ULA)"),
        ("fd12:3456::1", "private (ULA)"),
        ("fe80::1", "link-local"),
        ("fec0::1", "site-local"),
        ("2001:db8::1", "documentation"),
        ("3fff::1", "documentation"),
        ("2001:2::1", "benchmarking"),
        ("100::1", "discard only"),
        ("5f00::1", "not a public range"),
        ("::ffff:8.8.8.8", "IPv4 mapped into IPv6"),
        ("::8.8.8.8", "IPv4 compatible IPv6"),
        ("2002:808:808::1", "6to4"),
        ("2001:0:4136:e378:8000:63bf:f7f7:f7f7", "Teredo"),
        ("64:ff9b::8.8.8.8", "NAT64"),
        ("64:ff9b:1::808:808", "local NAT64"),
        ("2606:4700::5efe:10.0.0.1", "ISATAP of 10.0.0.1, private"),
    ],
)
def test_special_address_needs_private(text: str, kind: str) -> None:
    special = judge_address(ip_address(text))
    assert special is not None
    assert (special.kind, special.by_address) == (kind, False)


@pytest.mark.parametrize(
    "text",
    [
        "0.0.0.0",  # noqa: S104 - nothing is bound to it
        "0.1.2.3",
        "255.255.255.255",
        "224.0.0.1",
        "240.0.0.1",
        "::",
        "ff02::1",
        "169.254.169.254",
        "169.254.170.2",
        "100.100.100.200",
        "168.63.129.16",
        "192.0.0.192",
        "fd00:ec2::254",
        "fd20:ce::254",
        "::ffff:169.254.169.254",
        "64:ff9b::169.254.169.254",
        "2002:a9fe:a9fe::1",
    ],
)
def test_address_that_no_name_should_have_needs_an_entry_of_its_own(text: str) -> None:
    special = judge_address(ip_address(text))
    assert special is not None
    assert special.by_address


def test_embedded_address_is_found() -> None:
    assert str(embedded_in(IPv6Address("::ffff:10.0.0.1"))) == "10.0.0.1"
    assert embedded_in(IPv6Address("2606:4700::1")) is None
