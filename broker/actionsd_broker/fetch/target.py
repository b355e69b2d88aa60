"""Where a request goes: a URL read once, strictly, into a value that nothing reads again. Pure.

yarl splits the URL. It is lenient by design (it drops tabs, takes `:+80` for a port, maps
full-width digits), so what it gives is held against the text: a URL in which anything could
be read in two ways is refused. docs/fetch.md has the list.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import NoReturn
from urllib.parse import quote

from yarl import URL

from actionsd_broker.fetch.hosts import Address, HostError, address_of, in_url, spell_host

MAX_URL_CHARACTERS = 8000
"""What common servers take for a request line."""

DEFAULT_PORTS = {"https": 443, "http": 80}

_PLAIN = re.compile(r"[!-\[\]-~]*\Z")  # visible ASCII without the backslash
_START = re.compile(r"(?P<scheme>https?)://[^/?#]", re.IGNORECASE)
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_ESCAPE = re.compile(r"%[0-9A-Fa-f]{2}")
_STRAY_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_ENCODED_CONTROL = re.compile(r"%(?:[01][0-9A-Fa-f]|7[Ff])")
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_PATH_SAFE = "/:@!$&'()*+,;=%"
_QUERY_SAFE = _PATH_SAFE + "?[]"
_MAX_STAGES = 5
_UNREADABLE = (ValueError, IndexError)  # the second for "//[]@", with yarl 1.25


class MalformedUrlError(ValueError):
    """Raised for a URL that is refused as such; its text is the reason."""


@dataclass(frozen=True)
class Target:
    """A URL's parts, each in its one spelling; `path` and `query` are percent-encoded."""

    scheme: str
    host: str
    port: int
    path: str = "/"
    query: str = ""

    @property
    def address(self) -> Address | None:
        """The address that the host is, None if it is a name."""
        return address_of(self.host)

    @property
    def origin(self) -> tuple[str, str, int]:
        """What two targets share if credentials for one may go to the other."""
        return self.scheme, self.host, self.port

    @property
    def authority(self) -> str:
        """Host and port, as the Host header has them."""
        usual = self.port == DEFAULT_PORTS[self.scheme]
        return in_url(self.host) if usual else f"{in_url(self.host)}:{self.port}"

    @property
    def place(self) -> str:
        """Scheme, host and port: for logs, as paths and queries may hold anything."""
        return f"{self.scheme}://{self.authority}"

    def url(self) -> URL:
        """Return the whole, as it is sent."""
        return URL.build(
            scheme=self.scheme,
            authority=self.authority,
            path=self.path,
            query_string=self.query,
            encoded=True,
        )


def read_url(text: str) -> Target:
    """Return the target that a URL names; raises MalformedUrlError."""
    _screen(text)
    if not _START.match(text):
        raise MalformedUrlError(
            "a URL starts with http:// or https:// and a host"
            if text[:4].lower() == "http" or not _SCHEME.match(text)
            else "only http and https are spoken"
        )
    try:
        url = URL(text, encoded=True)
        authority, host, port = url.raw_authority, url.raw_host or "", url.explicit_port
    except _UNREADABLE:
        _refuse("host or port cannot be read")
    if "@" in authority:
        _refuse("it names a user")
    if authority.startswith("[") != (":" in host):
        _refuse("host or port cannot be read")
    shown = in_url(host)
    if authority != (shown if port is None else f"{shown}:{port}"):
        _refuse("the port is not a plain number")  # empty, signed, zeros before it
    if port is not None and not 1 <= port <= 65535:
        _refuse("the port is out of range")
    try:
        spelled = spell_host(host)
    except HostError as error:
        raise MalformedUrlError(str(error)) from None
    scheme = url.scheme.lower()
    path = spell_path(url.raw_path or "/")
    return Target(
        scheme, spelled, port or DEFAULT_PORTS[scheme], path, _spell_query(url.raw_query_string)
    )


def follow_location(base: Target, location: str) -> Target:
    """Return where a redirect from a target leads; raises MalformedUrlError."""
    _screen(location)
    if _SCHEME.match(location):
        return read_url(location)
    try:
        joined = str(base.url().join(URL(location, encoded=True)))
    except _UNREADABLE:
        _refuse("the place of a redirect cannot be read")
    return read_url(joined)


def spell_path(path: str) -> str:
    """Return a path in its one spelling; raises MalformedUrlError.

    Segments that mean another place (`.`, `..`, however often they are encoded) are refused:
    a server might resolve them after we have compared the path with a prefix.
    """
    if _STRAY_PERCENT.search(path):
        _refuse("the path has a % that encodes nothing")
    if _ENCODED_CONTROL.search(path):
        _refuse("the path has an encoded control character")
    _check_segments(path)
    encoded = quote(path, safe=_PATH_SAFE + "~")
    return _ESCAPE.sub(_spell_escape, encoded)


def _screen(text: str) -> None:
    if len(text) > MAX_URL_CHARACTERS:
        _refuse(f"it has more than {MAX_URL_CHARACTERS} characters")
    if "{{secret:" in text:
        _refuse("secrets are put into headers and bodies, not into URLs")
    if _PLAIN.match(text):
        return
    for character in text:
        if character == "\\":
            _refuse("it has a backslash")
        # Cc, Cf, Cs, Co, Cn, Zs, Zl, Zp: controls, invisible marks, surrogates, white space
        if character <= " " or unicodedata.category(character)[0] in "CZ":
            _refuse(f"it has white space or a control character (U+{ord(character):04X})")


def _check_segments(path: str) -> None:
    # A proxy in front of a server may decode once more than the server: so look at every
    # stage, until there is nothing left to decode.
    for _ in range(_MAX_STAGES):
        for segment in re.split(r"[/\\]", path):
            if segment.partition(";")[0] in (".", ".."):
                _refuse("the path has a . or .. segment")
        decoded = _ESCAPE.sub(lambda escape: chr(int(escape[0][1:], 16)), path)
        if decoded == path:
            return
        path = decoded
    _refuse("the path is encoded again and again")


def _spell_escape(escape: re.Match[str]) -> str:
    character = chr(int(escape[0][1:], 16))
    return character if character in _UNRESERVED else escape[0].upper()


def _spell_query(query: str) -> str:
    return quote(_STRAY_PERCENT.sub("%25", query), safe=_QUERY_SAFE + "~")


def _refuse(reason: str) -> NoReturn:
    raise MalformedUrlError(reason)
