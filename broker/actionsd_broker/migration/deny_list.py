"""The addresses that ZITADEL calls no target at, and that list with a hole in it. Pure.

From 4.15.2 on ZITADEL refuses targets at the addresses below, when they are created and
when they are called; there is no list of exceptions, but the whole list can be replaced
(spec zitadel-actions.md, section 6).
"""

from __future__ import annotations

from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)

VARIABLE = "ZITADEL_HTTPCLIENT_DENYLIST"

DEFAULT = (
    "localhost",
    "0.0.0.0/8",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.168.0.0/16",
    "198.18.0.0/15",
    "::/128",
    "::1/128",
    "fc00::/7",
    "fe80::/10",
)
"""ZITADEL's list as it comes, versions 4.15.2 to 4.19."""


def is_denied(host: str) -> bool:
    """Say whether a host is on the list as it stands; of a name that cannot be told."""
    return any(_covers(entry, host) for entry in DEFAULT)


def carve_out(host: str) -> str:
    """Return the list without one host, as the variable has it.

    Of the network that an address is in all the rest stays denied. With `localhost` go the
    addresses that it has.
    """
    hosts = [host, "127.0.0.1", "::1"] if host.lower() == "localhost" else [host]
    entries = list(DEFAULT)
    for each in hosts:
        entries = [left for entry in entries for left in _without(entry, each)]
    return ",".join(entries)


def _without(entry: str, host: str) -> list[str]:
    if not _covers(entry, host):
        return [entry]
    address = _address(host)
    if address is None:
        return []
    network = ip_network(entry)
    if isinstance(network, IPv4Network) and isinstance(address, IPv4Address):
        return [str(left) for left in sorted(network.address_exclude(IPv4Network(address)))]
    if isinstance(network, IPv6Network) and isinstance(address, IPv6Address):
        return [str(left) for left in sorted(network.address_exclude(IPv6Network(address)))]
    return [entry]


def _covers(entry: str, host: str) -> bool:
    address = _address(host)
    if entry == "localhost" or address is None:
        return entry == host.lower()
    return address in ip_network(entry)


def _address(host: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(host.strip("[]"))
    except ValueError:
        return None
