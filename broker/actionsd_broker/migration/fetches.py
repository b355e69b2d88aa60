"""Where a script fetches from, as far as its text shows, and the entries that allow it. Pure.

A URL that stands in the call gives an entry for its host, the method that is named beside it
and the path as far as it is fixed. Any other call gives those URLs of the script that it may
mean. Entries are proposals: they are written as comments, for the operator to judge.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from actionsd_broker.fetch.addresses import judge_address
from actionsd_broker.fetch.rules import MethodError, spell_method
from actionsd_broker.fetch.target import DEFAULT_PORTS, MalformedUrlError, Target, read_url
from actionsd_broker.migration.script_text import Literal, ScriptText

_CALL = re.compile(r"\bfetch\s{0,20}\(\s{0,200}")
_METHOD = re.compile(r"\bmethod['\"]?\s{0,20}:\s{0,20}['\"](\w{1,32})['\"]")
_HTTP = re.compile(r"https?://", re.IGNORECASE)
_OPTIONS_CHARACTERS = 2000
"""How far behind a URL its method is looked for, if no other call comes before."""

MAX_CALLS = 100


@dataclass(frozen=True)
class Entry:
    """What `[[fetch.allow]]` would have to say."""

    scheme: str
    host: str
    port: int
    method: str
    path: str
    private: bool

    def keys(self) -> dict[str, str | int | bool | list[str]]:
        """Return the keys of the table, those that are not the default."""
        keys: dict[str, str | int | bool | list[str]] = {"host": self.host}
        if self.scheme != "https":
            keys["scheme"] = self.scheme
        if self.port != DEFAULT_PORTS[self.scheme]:
            keys["port"] = self.port
        if self.method != "GET":
            keys["methods"] = [self.method]
        if self.path != "/":
            keys["path"] = self.path
        if self.private:
            keys["private"] = True
        return keys


@dataclass(frozen=True)
class FoundFetch:
    """A call: the line that it is in, and its entry; None if its URL is made when it runs."""

    line: int
    entry: Entry | None


@dataclass(frozen=True)
class Fetches:
    """The calls of a script, and what those with unknown URLs may mean."""

    calls: tuple[FoundFetch, ...]
    candidates: tuple[Entry, ...]

    @property
    def entries(self) -> tuple[Entry, ...]:
        """All entries, each once, those that are sure first."""
        sure = [call.entry for call in self.calls if call.entry is not None]
        return tuple(dict.fromkeys([*sure, *self.candidates]))


def find_fetches(script: ScriptText) -> Fetches:
    """Return where a script fetches from."""
    starts = {literal.start: literal for literal in script.literals}
    matches = list(_CALL.finditer(script.code))[:MAX_CALLS]
    calls = []
    ends = [*(match.start() for match in matches[1:]), len(script.code)]
    for match, end in zip(matches, ends, strict=False):  # without calls there is one end
        literal = starts.get(match.end())
        entry = None
        if literal is not None:
            entry = _entry(script, literal, _method(script.code, literal.end, end))
        calls.append(FoundFetch(script.line(match.start()), entry))
    unknown = any(call.entry is None for call in calls)
    return Fetches(tuple(calls), _candidates(script) if unknown else ())


def _candidates(script: ScriptText) -> tuple[Entry, ...]:
    found = (_entry(script, literal, "GET") for literal in script.literals)
    return tuple(dict.fromkeys(entry for entry in found if entry is not None))


def _method(code: str, start: int, end: int) -> str:
    match = _METHOD.search(code, start, min(end, start + _OPTIONS_CHARACTERS))
    try:
        return "GET" if match is None else spell_method(match[1])
    except MethodError:
        return "GET"


def _entry(script: ScriptText, literal: Literal, method: str) -> Entry | None:
    if _HTTP.match(literal.text) is None:
        return None
    fixed, is_whole = literal.text, not _goes_on(script.code, literal.end)
    if literal.is_template and "${" in fixed:
        fixed, is_whole = fixed.partition("${")[0], False
    if not is_whole:
        if fixed.count("/") < 3:  # the host itself goes on
            return None
        fixed = fixed.partition("?")[0]
        fixed = fixed[: fixed.rindex("/") + 1]
    try:
        target = read_url(fixed)
    except MalformedUrlError:
        return None
    path = target.path.rstrip("/") or "/"
    return Entry(target.scheme, target.host, target.port, method, path, _is_private(target))


def _goes_on(code: str, position: int) -> bool:
    rest = code[position : position + 50].lstrip()
    return rest.startswith(("+", ".concat"))


def _is_private(target: Target) -> bool:
    address = target.address
    if address is None:
        return target.host == "localhost"
    return judge_address(address) is not None
