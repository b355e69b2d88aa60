"""Which addresses are not the public Internet, and what opens them. Pure.

Explicit tables rather than `ipaddress`'s own properties: those changed between releases of
Python, and know neither clouds' metadata services nor addresses within addresses.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

from actionsd_broker.fetch.hosts import REMEMBERED, Address


@dataclass(frozen=True)
class Special:
    """Why an address is refused.

    `private = true` opens it, unless `by_address`: then the entry must name the very
    address too, for no name should lead there.
    """

    kind: str
    by_address: bool = False


# Credentials are served here to whoever asks. The first ones are in ranges below, but
# `private = true` for a name of the own network must not open them.
_METADATA = frozenset(
    ip_address(text)
    for text in (
        "169.254.169.254",  # AWS, Google, Azure, DigitalOcean, Oracle, OpenStack …
        "169.254.170.2",  # AWS ECS task credentials
        "169.254.170.23",  # AWS EKS pod identity
        "169.254.0.23",  # Tencent
        "100.100.100.200",  # Alibaba
        "192.0.0.192",  # Oracle, classic
        "168.63.129.16",  # Azure's wire server, a public address
        "fd00:ec2::254",
        "fd00:ec2::23",  # AWS EKS pod identity
        "fd20:ce::254",  # Google
        "fe80::a9fe:a9fe",  # OpenStack
    )
)

# First match wins, so the narrower stand first.
_V4 = (
    ("255.255.255.255/32", Special("broadcast", by_address=True)),
    ("0.0.0.0/8", Special("unspecified", by_address=True)),
    ("10.0.0.0/8", Special("private")),
    ("100.64.0.0/10", Special("carrier-grade NAT")),
    ("127.0.0.0/8", Special("loopback")),
    ("169.254.0.0/16", Special("link-local")),
    ("172.16.0.0/12", Special("private")),
    ("192.0.0.0/24", Special("protocol assignments")),
    ("192.0.2.0/24", Special("documentation")),
    ("192.88.99.0/24", Special("6to4 relay")),
    ("192.168.0.0/16", Special("private")),
    ("198.18.0.0/15", Special("benchmarking")),
    ("198.51.100.0/24", Special("documentation")),
    ("203.0.113.0/24", Special("documentation")),
    ("224.0.0.0/4", Special("multicast", by_address=True)),
    ("240.0.0.0/4", Special("reserved", by_address=True)),
)
_V6 = (
    ("::/128", Special("unspecified", by_address=True)),
    ("::1/128", Special("loopback")),
    ("::ffff:0:0/96", Special("IPv4 mapped into IPv6")),
    ("::ffff:0:0:0/96", Special("IPv4 translated into IPv6")),
    ("::/96", Special("IPv4 compatible IPv6")),
    ("64:ff9b::/96", Special("NAT64")),
    ("64:ff9b:1::/48", Special("local NAT64")),
    ("100::/64", Special("discard only")),
    ("2001::/32", Special("Teredo")),
    ("2001:2::/48", Special("benchmarking")),
    ("2001:db8::/32", Special("documentation")),
    ("2001::/23", Special("protocol assignments")),
    ("2002::/16", Special("6to4")),
    ("3fff::/20", Special("documentation")),
    ("fc00::/7", Special("private (ULA)")),
    ("fe80::/10", Special("link-local")),
    ("fec0::/10", Special("site-local")),
    ("ff00::/8", Special("multicast", by_address=True)),
)
_PUBLIC_V6 = IPv6Network("2000::/3")
_V4_RANGES = tuple((IPv4Network(text), special) for text, special in _V4)
_V6_RANGES = tuple((IPv6Network(text), special) for text, special in _V6)
_ISATAP = (0x00005EFE, 0x02005EFE)


@functools.lru_cache(REMEMBERED)
def judge_address(address: Address) -> Special | None:
    """Return why an address is refused, None if it is one of the public Internet."""
    if address in _METADATA:
        return Special("metadata service", by_address=True)
    if isinstance(address, IPv4Address):
        return next((special for net, special in _V4_RANGES if address in net), None)
    special = next((special for net, special in _V6_RANGES if address in net), None)
    inner = embedded_in(address)
    within = None if inner is None else judge_address(inner)
    if within is not None and (special is None or within.by_address):
        name = "ISATAP" if special is None else special.kind
        return Special(f"{name} of {inner}, {within.kind}", within.by_address)
    if special is None and address not in _PUBLIC_V6:
        return Special("not a public range")
    return special


def embedded_in(address: IPv6Address) -> IPv4Address | None:
    """Return the IPv4 address that an IPv6 address carries, by which it may be reached."""
    number = int(address)
    low = number & 0xFFFF_FFFF
    if address.sixtofour is not None:
        return address.sixtofour
    if address.teredo is not None:
        return address.teredo[1]
    top = number >> 32
    known = top in (0, 0xFFFF, 0xFFFF_0000, 0x64_FF9B << 64)
    local = number >> 80 == 0x64_FF9B_0001
    isatap = (number >> 32) & 0xFFFF_FFFF in _ISATAP
    return IPv4Address(low) if (known and number > 1) or local or isatap else None
