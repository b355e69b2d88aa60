"""What a script will find different, read from its text. Pure.

A script is not run for this and not parsed: what is found is a hint, and what is not found
may be there. Each hint names the row of docs/compatibility.md that says more.

The first table is about Actions v2: what its calls do not carry (spec zitadel-actions.md,
7.13 and 7.14), and what becomes of it in the gateway. `unsupported` is a key of the gateway's
configuration (docs/zitadel-target.md). The second table is about actionsd.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal, TypeAlias

from actionsd_broker.migration.fetches import find_fetches
from actionsd_broker.migration.plan import PlannedAction
from actionsd_broker.migration.script_text import ScriptText, read_script
from actionsd_broker.patches import patches_intrinsics
from actionsd_protocol import triggers

Level: TypeAlias = Literal["differs", "note"]
"""Whether the outcome may be another, or something is just worth knowing."""

UNDER_V2 = "docs/compatibility.md#under-actions-v2"
DIFFERENCES = "docs/compatibility.md#differences-from-zitadel"
FETCH = "docs/fetch.md"

_EXTERNAL = triggers.EXTERNAL_POST_AUTHENTICATION
_INTERNAL = triggers.INTERNAL_POST_AUTHENTICATION
_SAML = triggers.PRE_SAML_RESPONSE
_TOKEN = {triggers.PRE_USERINFO, triggers.PRE_ACCESS_TOKEN}
_CREATED = {triggers.EXTERNAL_POST_CREATION, triggers.INTERNAL_POST_CREATION}
_ALL = frozenset(triggers.TRIGGERS)
_LOGIN = _ALL - _TOKEN - {_SAML}

_APPENDED = r"\b(?:appendMetadata(?:Raw)?|api\s{0,20}\??\.\s{0,20}metadata)\b"
_MODULES = r"zitadel/(?:http|log|uuid|metadata/user)|(?:node:)?(?:console|util)"  # docs/actions.md
_HTTP_MODULE = re.compile(r"['\"`]zitadel/http['\"`]")


@dataclass(frozen=True)
class Hint:
    """Something about a script: the line, from 1; None where it is about the whole."""

    level: Level
    line: int | None
    text: str
    see: str


@dataclass(frozen=True)
class _Rule:
    pattern: re.Pattern[str]
    triggers: Collection[str]
    level: Level
    text: str
    see: str = UNDER_V2


def _rule(pattern: str, of: Collection[str], level: Level, text: str, see: str = UNDER_V2) -> _Rule:
    return _Rule(re.compile(pattern), of, level, text, see)


_V2 = (
    _rule(
        r"\bhttpRequest\b",
        _LOGIN,
        "differs",
        "httpRequest: v2 sends a few headers, of the login interface's call and not of the browser",
    ),
    _rule(
        r"\bauthRequest\b",
        _LOGIN,
        "differs",
        "authRequest: v2 sends none, so it is null and to read a part of it throws",
    ),
    _rule(
        r"\bauthError\b",
        {_EXTERNAL, _INTERNAL},
        "differs",
        'authError: v2 calls where a login succeeded only, so it is always "none"',
    ),
    _rule(
        r"\bauthMethod\b",
        {_INTERNAL},
        "differs",
        "authMethod: v2 calls once for the factors that come together; it is the last of them",
    ),
    _rule(
        r"\b(?:getClaims?|claimsJSON)\b",
        {_EXTERNAL},
        "note",
        "claims of the provider: read from the id token, if v2 sends one",
    ),
    _rule(
        r"\brefreshToken\b",
        {_EXTERNAL},
        "note",
        "refreshToken: v2 sends it from ZITADEL 4.12 on",
    ),
    _rule(
        r"\bset(?:(?:First|Last|Nick|Display)Name|PreferredLanguage|(?:Email|Phone)(?:Verified)?)\b",
        {_EXTERNAL},
        "differs",
        "fields of a user who is linked already: older versions of ZITADEL take no change (see "
        "unsupported)",
    ),
    _rule(
        _APPENDED,
        {_EXTERNAL},
        "differs",
        "metadata of a user who is linked already: a reply cannot carry them (see unsupported)",
    ),
    _rule(
        _APPENDED,
        {_INTERNAL},
        "differs",
        "metadata after a factor: a reply cannot carry them (see unsupported)",
    ),
    _rule(
        r"\b(?:appendUserGrant|userGrants)\b",
        _CREATED,
        "differs",
        "user grants: a reply cannot carry them (see unsupported); they take an API call",
    ),
    _rule(
        r"\borg\s{0,20}\??\.\s{0,20}getMetadata\b",
        _ALL,
        "differs",
        "metadata of the organisation: v2 sends none, so there are no entries",
    ),
    _rule(
        r"\bgetOrgMetadata\b",
        _ALL,
        "differs",
        "metadata of a grant's organisation: v2 sends none, so there are no entries",
    ),
    _rule(
        r"(?<!\borg\.)\bgetMetadata\b",
        {_SAML},
        "differs",
        "metadata of the user: v2 sends none for SAML; those of actionsd's own store are read",
    ),
    _rule(
        r"\bsetMetadata\b",
        {*_TOKEN, _SAML},
        "note",
        "setMetadata: written when ZITADEL has the reply, not at once",
    ),
    _rule(
        r"\bappendLogIntoClaims\b",
        _TOKEN,
        "note",
        "appendLogIntoClaims: the claim is named after v2's function, not after the action",
    ),
    _rule(
        r"\bactor\b",
        _TOKEN,
        "note",
        "actor: v2 sends it from ZITADEL 4.17 on",
    ),
)

_HERE = (
    _rule(
        r"\basync\b\s{0,20}(?:function|\(|[\w$]{1,100}\s{0,20}=>)",
        _ALL,
        "note",
        "async: awaited here; ZITADEL failed such an action, though its effects had happened",
        DIFFERENCES,
    ),
    _rule(
        r"\b(?:email|phone|state|gender|authMethod)\s{0,20}[!=]=="
        r"|\bswitch\s{0,20}\([^)\n]{0,200}\b(?:email|phone|state|gender|authMethod)\s{0,20}\)",
        _ALL,
        "differs",
        "=== or switch on a value that was an object in ZITADEL: never equal there, equal here",
        DIFFERENCES,
    ),
    _rule(
        rf"\brequire\s{{0,20}}\(\s{{0,20}}(['\"`])(?!(?:{_MODULES})\1)[^'\"`\n]{{1,200}}\1",
        _ALL,
        "differs",
        "require of something that is no module here: it throws",
        "docs/actions.md#modules",
    ),
    _rule(
        r"\b[Bb]earer\s{1,5}[\w.~+/-]{8,}|\b(?:[aA]pi[_-]?[kK]ey|client_?[sS]ecret|password)['\"]?\s{0,5}[:=]"
        r"\s{0,5}['\"][^'\"\s]{8,}['\"]",
        _ALL,
        "note",
        "what looks like a credential: [secrets] keeps it out of the script",
        "docs/fetch.md#secrets",
    ),
    _rule(
        r"\btoLocale(?:Date|Time|Lower|Upper)?(?:String|Case)\b",
        _ALL,
        "note",
        "texts of toLocale…() are those of Intl here, and of Go there",
        DIFFERENCES,
    ),
)


def find_hints(planned: PlannedAction, *, cut_short: bool = False) -> list[Hint]:
    """Return the hints of an action, for the triggers that it is bound to.

    One that is bound to nothing gets those about actionsd only. `cut_short` says that its
    check ended where it asked for something at its top level.
    """
    script = read_script(planned.action.script)
    rules = [rule for rule in _V2 if set(rule.triggers) & set(planned.triggers)]
    hints = [hint for rule in (*rules, *_HERE) if (hint := _apply(rule, script)) is not None]
    hints += _fetch_hints(script)
    if patches_intrinsics(planned.action.script):
        text = "changes built-ins, or seems to: a fresh isolate for every run, about 10 ms"
        hints.append(Hint("note", None, text, "docs/actions.md#realms"))
    if cut_short:
        text = "fetches or reads metadata at its top level: checked up to there"
        hints.append(Hint("note", None, text, DIFFERENCES))
    return sorted(hints, key=lambda hint: (hint.line or 0, hint.text))


def _apply(rule: _Rule, script: ScriptText) -> Hint | None:
    match = rule.pattern.search(script.code)
    if match is None:
        return None
    return Hint(rule.level, script.line(match.start()), rule.text, rule.see)


def _fetch_hints(script: ScriptText) -> list[Hint]:
    found = find_fetches(script)
    hints = []
    for call in found.calls:
        if call.entry is None:
            text = "fetch of a URL that is made as it runs: find out which, and allow it"
        else:
            text = f"fetch: allow {call.entry.host} (a block for it is in the manifest)"
        hints.append(Hint("differs", call.line, text, FETCH))
    loaded = _HTTP_MODULE.search(script.code)
    if loaded is not None and not found.calls:
        text = "zitadel/http is loaded, but no call is seen: find out what it fetches, and allow it"
        hints.append(Hint("differs", script.line(loaded.start()), text, FETCH))
    return hints
