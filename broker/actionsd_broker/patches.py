"""Whether a script changes what all scripts share, as far as its text shows. Pure.

In a hardened realm such a change has no effect, so the script needs an isolate of its own.
What is found in vain costs milliseconds a run; what is missed costs a script that does not
do what it did in ZITADEL. The text is no program here: nothing is parsed, and a script
that hides what it does is only ever its own author's puzzle.

Everything is bounded: a script of nothing but beginnings must not cost the square of its
length, in the one thread that serves all.
"""

from __future__ import annotations

import re

MAX_ALIASES = 16

_SHARED = (
    "(?:Object|Function|Array|String|Number|Boolean|Symbol|BigInt|Date|RegExp|Map|Set|WeakMap|"
    "WeakSet|Promise|Proxy|Reflect|Math|JSON|Intl|Temporal|ArrayBuffer|DataView|Iterator|"
    "(?:Aggregate|Eval|Range|Reference|Suppressed|Syntax|Type|URI)?Error|"
    r"(?:Big)?(?:Int|Uint|Float)\d{1,2}(?:Clamped)?Array)"
)
_MEMBER = r"\s{0,20}(?:\.\s{0,20}[\w$]{1,200}|\[[^\]\n]{1,200}\])"
_WRITE = r"\s{0,20}(?:=(?![=>])|\+=|\|\|=|\?\?=|&&=)"
_PROTOTYPE = r"\s{0,20}\.\s{0,20}prototype"
_PLAIN = r"(?:\[\s{0,20}\]|''|\"\"|\(\s{0,20}\{\s{0,20}\}\s{0,20}\)|\(\s{0,20}\d\s{0,20}\))"
_BEHIND = (
    rf"(?:{_PLAIN}\s{{0,20}}\.\s{{0,20}}(?:__proto__|constructor{_PROTOTYPE})"
    rf"|getPrototypeOf\s{{0,20}}\(\s{{0,20}}(?:{_PLAIN}|\{{\s{{0,20}}\}})\s{{0,20}}\))"
)
# Names under which libraries copy properties to an object that they are given.
_COPIERS = (
    r"\b(?:(?:Object|Reflect)\s{0,20}\.\s{0,20}(?:set|setPrototypeOf|deleteProperty)"
    r"|assign|extend|mixin|mixIn|merge|polyfill|shim|patch|install|define(?:[A-Z]\w{0,20})?)"
    r"\s{0,20}\(\s{0,20}"
)

# By the name of what is shared.
_NAMED = re.compile(
    rf"\b{_SHARED}(?:"
    # Array.prototype.last = …, Math.cube = …, Intl.Locale.prototype.x = …, no comparison
    rf"(?:{_MEMBER}){{1,3}}{_WRITE}"
    # Array.prototype.__defineGetter__(…)
    rf"|{_PROTOTYPE}\s{{0,20}}\.\s{{0,20}}__define[GS]etter__"
    # for each of [Array.prototype, String.prototype]
    rf"|{_PROTOTYPE}\s{{0,20}}\]\s{{0,20}}\.\s{{0,20}}(?:forEach|map)\b"
    # Promise = …, globalThis.Promise = …, by what is before it
    rf"|(?P<bare>{_WRITE}))"
)
_BEFORE_BARE = re.compile(
    r"(?:[;{})(,&|?:\n]|\b(?:globalThis|self|window|global|root|this)\s{0,20}\.)[ \t]{0,20}\Z"
)
_BEFORE_LENGTH = 64

# By what is done with it.
_DONE = (
    # Object.defineProperty(String.prototype, …), extend(Array.prototype, …)
    re.compile(rf"{_COPIERS}{_SHARED}(?:{_MEMBER}){{0,3}}\s{{0,20}},"),
    # delete Array.prototype.at
    re.compile(rf"\bdelete\s{{1,20}}{_SHARED}{_MEMBER}"),
    # [].__proto__.last = …, Object.getPrototypeOf('').twice = …
    re.compile(rf"{_BEHIND}{_MEMBER}{_WRITE}"),
    # (function (proto) { … })(Array.prototype), }.call(this, Array.prototype)
    re.compile(
        r"\}\s{0,20}\)?\s{0,20}(?:\.\s{0,20}(?:call|apply)\s{0,20})?"
        rf"\(\s{{0,20}}(?:this\s{{0,20}},\s{{0,20}})?{_SHARED}{_PROTOTYPE}\s{{0,20}}[,)]"
    ),
    # Heirs of Array from before there were classes: X.prototype = Object.create(Array.prototype)
    re.compile(
        r"\.\s{0,20}prototype\s{0,20}=\s{0,20}(?:\[\s{0,20}\]|new\s{1,20}Array\b"
        rf"|Object\s{{0,20}}\.\s{{0,20}}create\s{{0,20}}\(\s{{0,20}}Array{_PROTOTYPE})"
    ),
    re.compile(r"\binherits\s{0,20}\(\s{0,20}[\w$]{1,200}\s{0,20},\s{0,20}Array\s{0,20}\)"),
)

# What TypeScript makes of `class X extends Array` for ES5: `}(Array));` far behind.
_EXTENDS_ARRAY = re.compile(r"\}\s{0,20}\(\s{0,20}Array\s{0,20}\)")

# var proto = Array.prototype; const { prototype: proto } = Array
_NAME = r"(?P<{}>[A-Za-z_$][\w$]{{0,100}})"
_ALIAS = re.compile(
    rf"[\s,({{;]{_NAME.format('named')}\s{{0,20}}=\s{{0,20}}{_SHARED}{_PROTOTYPE}(?![\w$]|\s{{0,20}}[.\[])"
    rf"|\{{\s{{0,20}}prototype\s{{0,20}}(?::\s{{0,20}}{_NAME.format('renamed')}\s{{0,20}})?\}}"
    rf"\s{{0,20}}=\s{{0,20}}{_SHARED}\b"
)


def patches_intrinsics(source: str) -> bool:
    """Tell whether a script changes what all scripts share, as far as its text shows."""
    return (
        _patches_by_name(source)
        or any(pattern.search(source) is not None for pattern in _DONE)
        or ("__extends" in source and _EXTENDS_ARRAY.search(source) is not None)
        or _patches_by_alias(source)
    )


def _patches_by_name(source: str) -> bool:
    for match in _NAMED.finditer(source):
        if match["bare"] is None:
            return True
        start = match.start()
        # `var Promise = …` is the script's own.
        before = source[max(0, start - _BEFORE_LENGTH) : start]
        if start == 0 or _BEFORE_BARE.search(before) is not None:
            return True
    return False


def _patches_by_alias(source: str) -> bool:
    aliases: set[str] = set()
    for match in _ALIAS.finditer(source):
        aliases.add(match["named"] or match["renamed"] or "prototype")
        if len(aliases) == MAX_ALIASES:
            break
    if not aliases:
        return False
    names = "|".join(map(re.escape, sorted(aliases)))
    written = (
        rf"(?<![\w$.])(?:{names})(?:{_MEMBER}{_WRITE}|\s{{0,20}}\.\s{{0,20}}__define[GS]etter__)"
    )
    copied = rf"{_COPIERS}(?:{names})\s{{0,20}},"
    return re.search(f"{written}|{copied}", source) is not None
