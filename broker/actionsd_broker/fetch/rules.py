"""One entry of the allowlist: what it says, and how far a request is from it. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import IntEnum
from typing import Annotated, Literal, NamedTuple

import idna
from msgspec import Meta, Struct

from actionsd_broker.fetch.hosts import HostError, HostPattern, address_of, read_pattern
from actionsd_broker.fetch.target import DEFAULT_PORTS, MalformedUrlError, Target, spell_path

Method = Annotated[str, Meta(pattern=r"^[A-Z][A-Z-]{0,31}\Z")]

NEVER_METHODS = frozenset({"CONNECT", "TRACE", "TRACK"})
"""They ask for tunnels, or for the request's own headers back."""


_WELL_KNOWN = frozenset({"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"})
_METHOD = re.compile(r"[A-Za-z][A-Za-z-]{0,31}\Z")


class MethodError(ValueError):
    """Raised for what is no method."""


def spell_method(text: str) -> str:
    """Return a method as it is sent; the usual ones may be written small. Raises MethodError."""
    if not _METHOD.match(text):
        raise MethodError("that is no method")
    upper = text.upper()
    return upper if upper in _WELL_KNOWN | NEVER_METHODS else text


class AllowTable(Struct, frozen=True, forbid_unknown_fields=True):
    """An entry as `[[fetch.allow]]` has it.

    host     a name, an address, or `*.example.com` for names with exactly one label more
    scheme   https or http
    port     the scheme's own by default
    methods  the methods that may be used
    path     only this path and what is below it
    private  addresses that are not the public Internet's are meant too
    """

    host: str
    scheme: Literal["https", "http"] = "https"
    port: Annotated[int, Meta(ge=1, le=65535)] | None = None
    methods: Annotated[tuple[Method, ...], Meta(min_length=1)] = ("GET",)
    path: str = "/"
    private: bool = False


ALIKE = 0.7
"""From this likeness on, an entry may have been meant."""


class AllowSection(Struct, frozen=True, forbid_unknown_fields=True):
    """The table `fetch` of a tenant's manifest, or of one of its actions."""

    allow: tuple[AllowTable, ...] = ()


class RuleError(ValueError):
    """Raised for an entry that cannot mean anything; says which one, and which of its keys."""

    def __init__(self, number: int, key: str, message: str) -> None:
        super().__init__(message)
        self.keys = (str(number), key)


class Miss(IntEnum):
    """Where a request is not what an entry allows, in the order in which they weigh."""

    METHOD = 1
    PATH = 2
    PORT = 3
    SCHEME = 4
    HOST = 5


class Missed(NamedTuple):
    """A miss, in words for the operator."""

    kind: Miss
    words: str


@dataclass(frozen=True)
class Rule:
    """An entry, read. `name` says where it stands."""

    name: str
    host: HostPattern
    scheme: str
    port: int
    methods: frozenset[str]
    segments: tuple[str, ...]
    private: bool

    def misses(self, target: Target, method: str) -> list[Missed]:
        """Return how a request differs from what is allowed here; nothing if it is allowed."""
        missed = []
        if not self.host.covers(target.host):
            star = " (a * is exactly one label)" if self.host.one_more else ""
            missed.append(Missed(Miss.HOST, f"it is for {self.host}, not {target.host}{star}"))
        if target.scheme != self.scheme:
            missed.append(Missed(Miss.SCHEME, f"it is for {self.scheme}, not {target.scheme}"))
        if target.port != self.port and not (missed and self._usual_ports(target)):
            missed.append(Missed(Miss.PORT, f"it is for port {self.port}, not {target.port}"))
        if not self._covers_path(target.path):
            missed.append(Missed(Miss.PATH, f"it is for {self.path} and what is below"))
        if method not in self.methods:
            allowed = ", ".join(sorted(self.methods))
            missed.append(Missed(Miss.METHOD, f"it is for {allowed}, not {method}"))
        return missed

    @property
    def path(self) -> str:
        """The path prefix."""
        return "/" + "/".join(self.segments)

    def names_address(self, target: Target) -> bool:
        """Say whether this entry is for the very address that the target is."""
        return target.address is not None and self.host.host == target.host

    def __str__(self) -> str:
        usual = self.port == DEFAULT_PORTS[self.scheme]
        place = f"{self.scheme}://{self.host}{'' if usual else f':{self.port}'}{self.path}"
        private = " (private)" if self.private else ""
        return f"{self.name}: {', '.join(sorted(self.methods))} {place}{private}"

    def _covers_path(self, path: str) -> bool:
        return tuple(path.split("/")[1 : len(self.segments) + 1]) == self.segments

    def _usual_ports(self, target: Target) -> bool:
        # "not https" has said it: that 80 is not 443 either adds nothing.
        return (
            self.scheme != target.scheme
            and self.port == DEFAULT_PORTS[self.scheme]
            and target.port == DEFAULT_PORTS[target.scheme]
        )


def make_rules(tables: Iterable[AllowTable], place: str) -> tuple[Rule, ...]:
    """Return the rules of a list of entries; raises RuleError. `place` goes into their names."""
    return tuple(_make_rule(table, number, place) for number, table in enumerate(tables))


def _make_rule(table: AllowTable, number: int, place: str) -> Rule:
    try:
        host = read_pattern(table.host)
    except HostError as error:
        raise RuleError(number, "host", str(error)) from None
    if not table.path.startswith("/") or "?" in table.path or "#" in table.path:
        raise RuleError(number, "path", "a path starts with / and has no ? or #")
    try:
        path = spell_path(table.path)
    except MalformedUrlError as error:
        raise RuleError(number, "path", str(error)) from None
    for method in table.methods:
        if method in NEVER_METHODS:
            raise RuleError(number, "methods", f"{method} is never allowed")
    return Rule(
        name=f"[[fetch.allow]] {number + 1} of {place}",
        host=host,
        scheme=table.scheme,
        port=table.port or DEFAULT_PORTS[table.scheme],
        methods=frozenset(table.methods),
        segments=tuple(segment for segment in path.rstrip("/").split("/")[1:]),
        private=table.private,
    )


def likeness(rule: Rule, target: Target) -> float:
    """Return from 0 to 1 how much a rule's host is like a target's, to find the one meant."""
    if rule.host.covers(target.host):
        return 1.0
    if address_of(rule.host.host) is not None or target.address is not None:
        return 0.0
    if f".{target.host}".endswith(f".{rule.host.host}"):
        return 0.99
    matcher = SequenceMatcher(None, _readable(rule.host.host), _readable(target.host))
    # The first two are cheap and never too low: most hosts are nothing like each other.
    if min(matcher.real_quick_ratio(), matcher.quick_ratio()) < ALIKE:
        return 0.0
    return matcher.ratio() * 0.98


def _readable(host: str) -> str:
    return idna.decode(host) if "xn--" in host else host
