"""V8's account of an uncaught exception, read back into values.

mini-racer formats it as `RESOURCE:LINE: TEXT`, the source line, a line of carets and,
for an Error, its stack. This is the only place that knows where a thrown *string* came
from, so it is worth reading. Only an error's own text depends on the outcome: a script
that makes the account ambiguous confuses nobody but its author. Of a very long account the
middle is missing, and with it the carets: then the text is its first line.
"""

from __future__ import annotations

import re
from typing import NamedTuple

BODY_LINES = 2
"""Lines that `new Function` puts before a script's own first."""

MAX_TEXT = 4096
"""Characters of an error's text that are kept."""

_HEAD = re.compile(r"^(?P<resource>[^\n:]*(?::[0-9a-f]+)?):(?P<line>-?\d+): ")
_CARETS = re.compile(r"\n(?P<indent> *)\^+\n")
_FRAME = re.compile(
    r"^ +at (?:async )?(?:new )?(?:(?P<name>[^\n(]+?) \()?"
    r"action:[0-9a-f]+:(?P<line>\d+):(?P<column>\d+)",
    re.MULTILINE,
)
_NAMELESS = frozenset({"anonymous", "eval", "<anonymous>", "Object.<anonymous>"})


class Thrown(NamedTuple):
    """What was thrown, and where in the script, if that is known."""

    text: str
    name: str | None = None
    line: int | None = None
    column: int | None = None


def read_account(account: str) -> Thrown:
    """Return what V8's account says; an Error's place is where it was made (spec, 10)."""
    head = _HEAD.match(account)
    carets = _last(_CARETS, account)
    if head is None:
        return Thrown(account[:MAX_TEXT].strip())
    if carets is None:
        text = account[head.end() :].partition("\n")[0][:MAX_TEXT]
        return _placed(text, _FRAME.search(account, head.end())) or Thrown(text)
    # TEXT "\n" SOURCE "\n" carets: the text may have lines of its own, the source has one.
    text = account[head.end() : carets.start()].rpartition("\n")[0][:MAX_TEXT]
    placed = _placed(text, _FRAME.search(account, carets.end()))
    if placed is not None:
        return placed
    if not head["resource"].startswith("action:") and head["resource"] != "undefined":
        return Thrown(text)
    return Thrown(text, None, int(head["line"]) - BODY_LINES, len(carets["indent"]) + 1)


def _placed(text: str, frame: re.Match[str] | None) -> Thrown | None:
    if frame is None:
        return None
    name = None if frame["name"] in _NAMELESS else frame["name"]
    return Thrown(text, name, int(frame["line"]) - BODY_LINES, int(frame["column"]))


def _last(pattern: re.Pattern[str], text: str) -> re.Match[str] | None:
    found = None
    for match in pattern.finditer(text):
        found = match
    return found
