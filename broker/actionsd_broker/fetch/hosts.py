"""Names and addresses of hosts, in one spelling each, and patterns of them. Pure.

Whatever has more than one reading somewhere (`0177.0.0.1`, `127.1`, a full-width digit, a
trailing dot) is refused here rather than read, so nobody further on can read it otherwise.
"""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address

import idna

MAX_HOST_CHARACTERS = 253

REMEMBERED = 1024
"""Hosts whose reading is remembered: those that are fetched from are few."""

_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\Z")
# What some system reads as a number, and so the whole as an IPv4 address.
_NUMBER = re.compile(r"(?:[0-9]+|0x[0-9a-f]*)\Z")
_LOWER = {upper: upper + 32 for upper in range(ord("A"), ord("Z") + 1)}

Address = IPv4Address | IPv6Address


class HostError(ValueError):
    """Raised for a host that has no one spelling; its text is the reason."""


@functools.lru_cache(REMEMBERED)
def spell_host(text: str) -> str:
    """Return a host in its one spelling; raises HostError.

    A name in lower case, other scripts in their ASCII form (`xn--…`); an IPv4 address with
    four decimal numbers; an IPv6 address compressed, without brackets.
    """
    if not text:
        raise HostError("the host is empty")
    if len(text) > MAX_HOST_CHARACTERS:
        raise HostError(f"the host has more than {MAX_HOST_CHARACTERS} characters")
    if ":" in text:
        return _spell_ipv6(text)
    name = text.translate(_LOWER)  # ASCII only: what lower() makes of others, IDNA refuses
    if not name.isascii() or "xn--" in name:
        name = _to_ascii(name)
    labels = name.split(".")
    if labels[-1] == "":
        raise HostError("the host ends with a dot")
    if _NUMBER.match(labels[-1]):
        return _spell_ipv4(name)
    if len(name) > MAX_HOST_CHARACTERS:  # in its ASCII form
        raise HostError(f"the host has more than {MAX_HOST_CHARACTERS} characters")
    for label in labels:
        if not _LABEL.match(label):
            raise HostError(f"the host is no name: {name!r}")
    return name


@functools.lru_cache(REMEMBERED)
def address_of(host: str) -> Address | None:
    """Return the address that a spelled host is, None for a name."""
    if ":" in host:
        return IPv6Address(host)
    # A spelled host whose last label is a number is an address: spell_host saw to it.
    return IPv4Address(host) if _NUMBER.match(host.rpartition(".")[2]) else None


def in_url(host: str) -> str:
    """Return a spelled host as URLs and Host headers have it."""
    return f"[{host}]" if ":" in host else host


@dataclass(frozen=True)
class HostPattern:
    """One host, or the hosts with exactly one label more (`*.`), as in certificates."""

    host: str
    one_more: bool = False

    def covers(self, host: str) -> bool:
        """Say whether a spelled host is meant."""
        if not self.one_more:
            return host == self.host
        label, dot, rest = host.partition(".")
        return bool(label and dot) and rest == self.host and address_of(host) is None

    def __str__(self) -> str:
        return f"*.{self.host}" if self.one_more else in_url(self.host)


def read_pattern(text: str) -> HostPattern:
    """Return the pattern that an operator wrote; raises HostError."""
    if not text.startswith("*."):
        if "*" in text:
            raise HostError("a * stands for the first label only: *.example.com")
        bare = text[1:-1] if text.startswith("[") and text.endswith("]") else text
        return HostPattern(spell_host(bare))
    rest = spell_host(text[2:])
    if address_of(rest) is not None or "." not in rest:
        raise HostError("a * needs a name of two labels at the least behind it: *.example.com")
    return HostPattern(rest, one_more=True)


def _spell_ipv6(text: str) -> str:
    if "%" in text:
        raise HostError("the address has a zone")
    try:
        return str(IPv6Address(text))
    except ValueError:
        raise HostError(f"the host is no IPv6 address: {text!r}") from None


def _spell_ipv4(text: str) -> str:
    try:
        return str(IPv4Address(text))
    except ValueError:
        # Short, octal, hexadecimal, one number, too many numbers.
        raise HostError(f"the host is no IPv4 address of four decimal numbers: {text!r}") from None


def _to_ascii(name: str) -> str:
    try:
        # Strict: dots are dots, and no character is mapped to another. An A-label is
        # decoded and encoded again, so one that stands for nothing is refused too.
        return idna.encode(name, strict=True, std3_rules=True).decode("ascii")
    except (idna.IDNAError, UnicodeError):
        raise HostError(f"the host is no name in any script: {name!a}") from None
