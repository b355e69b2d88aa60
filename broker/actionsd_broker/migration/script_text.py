"""A script's text as hints read it: comments blanked, places as lines. Pure.

This is no parser. After a regular expression with a quote in it, texts and comments may be
mistaken for one another; that is why what is found by it is called a hint.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

# What is not ended goes on to the end of its line, or of the script: so every piece is read
# once, and a script of nothing but beginnings does not cost the square of its length.
_PIECES = re.compile(
    r"(?P<text>'(?:\\.|[^'\\\n])*(?P<single>'?)"
    r'|"(?:\\.|[^"\\\n])*(?P<double>"?)'
    r"|`(?:\\.|[^`\\])*(?P<back>`?))"
    r"|(?P<comment>//[^\n]*|/\*.*?(?:\*/|\Z))",
    re.DOTALL,
)


@dataclass(frozen=True)
class Literal:
    """A text in quotes: where it begins and ends with them, and what is between."""

    start: int
    end: int
    text: str
    quote: str

    @property
    def is_template(self) -> bool:
        """Whether it may have `${…}` in it."""
        return self.quote == "`"


@dataclass(frozen=True)
class ScriptText:
    """`code` has the script's length and lines, with blanks for comments."""

    code: str
    literals: tuple[Literal, ...]

    def line(self, position: int) -> int:
        """Return the line, from 1, that a position is in."""
        return self.code.count("\n", 0, position) + 1


def read_script(source: str) -> ScriptText:
    """Return a script without its comments, and the texts that are in it."""
    parts: list[str] = []
    literals: list[Literal] = []
    at = 0
    for match in _PIECES.finditer(source):
        parts.append(source[at : match.start()])
        at = match.end()
        piece = match[0]
        if match["comment"] is not None:
            parts.append(re.sub(r"[^\n]", " ", piece))
            continue
        parts.append(piece)
        if match["single"] or match["double"] or match["back"]:
            literals.append(Literal(match.start(), match.end(), piece[1:-1], piece[0]))
    return ScriptText("".join([*parts, source[at:]]), tuple(literals))
