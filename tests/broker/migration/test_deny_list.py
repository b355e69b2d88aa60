from __future__ import annotations

from ipaddress import ip_address, ip_network

import pytest

from actionsd_broker.migration.deny_list import DEFAULT, carve_out, is_denied


@pytest.mark.parametrize(
    ("host", "denied"),
    [
        ("localhost", True),
        ("LocalHost", True),
        ("127.0.0.1", True),
        ("10.1.2.3", True),
        ("172.20.0.9", True),
        ("192.168.1.1", True),
        ("::1", True),
        ("[fd00::1]", True),
        ("fe80::1", True),
        ("8.8.8.8", False),
        ("172.32.0.1", False),
        ("2001:db8::1", False),
        ("actionsd.example.com", False),
    ],
)
def test_private_hosts_are_denied(host: str, *, denied: bool) -> None:
    assert is_denied(host) is denied


@pytest.mark.parametrize("host", ["10.1.2.3", "127.0.0.1", "::1", "fd12::9", "192.168.0.0"])
def test_hole_is_that_address_and_no_other(host: str) -> None:
    entries = carve_out(host).split(",")
    networks = [ip_network(entry) for entry in entries if entry != "localhost"]
    address = ip_address(host)
    assert not any(address in network for network in networks)
    whole = sum(ip_network(entry).num_addresses for entry in DEFAULT if entry != "localhost")
    assert sum(network.num_addresses for network in networks) == whole - 1
    assert "localhost" in entries


def test_localhost_takes_its_addresses_along() -> None:
    entries = carve_out("localhost").split(",")
    networks = [ip_network(entry) for entry in entries]
    for host in ("127.0.0.1", "::1"):
        assert not any(ip_address(host) in network for network in networks)
    assert "127.0.0.2/31" in entries


def test_list_without_a_hole_is_the_default() -> None:
    assert carve_out("8.8.8.8") == ",".join(DEFAULT)
