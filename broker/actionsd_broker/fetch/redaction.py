"""Takes secrets out of what a server sends back. Pure.

A server that we send a secret to may echo it, in the way that it writes things down. Found
are: the value as it is; with any of its characters other than letters and digits escaped as
in JSON, JavaScript, URLs, forms or HTML; as base64 (both alphabets, at any offset within a
longer text); as hexadecimal; in UTF-16; with every character escaped. Not found: what a
server computed from it otherwise, and parts of it. So a secret is safe only with a host
that is trusted with it: that is what binding it to hosts is for.
"""

from __future__ import annotations

import base64
import re
from html.entities import codepoint2name

from actionsd_broker.fetch.outcomes import Header

_SHORT = {
    **{chr(number): rf"\\{letter}" for number, letter in zip(range(8, 14), "btnvfr", strict=True)},
    "\0": r"\\0",
    " ": r"\+",
    "'": "(?:&apos;|\\\\')",
}


class Redactor:
    """Replaces one secret, in every form of it, by words that name it."""

    def __init__(self, name: str, value: str) -> None:
        self._value = value
        self._words = f"[secret {name} removed]"
        self._pattern = re.compile("".join(map(_any_escape, value)).encode())
        self._forms = sorted(_fixed_forms(value), key=len, reverse=True)

    def clean(self, body: bytes) -> bytes:
        """Return a body without the secret."""
        words = self._words.encode()
        for form in self._forms:  # whole, before a part of one is taken for another
            if form in body:
                body = body.replace(form, words)
        return self._pattern.sub(words, body)

    def clean_headers(self, headers: tuple[Header, ...]) -> tuple[Header, ...]:
        """Return headers without the secret; one that has it in its name is left out."""
        return tuple(
            (name, self.clean(value.encode()).decode("utf-8", "replace"))
            for name, value in headers
            if not self._names(name)
        )

    def clean_text(self, text: str) -> str:
        """Return a text for people without the secret, whatever the case of its letters.

        A host is put into lower case before it comes into a text.
        """
        cleaned = self.clean(text.encode("utf-8", "replace")).decode("utf-8", "replace")
        return re.sub(re.escape(self._value), lambda _: self._words, cleaned, flags=re.IGNORECASE)

    def _names(self, name: str) -> bool:
        # A name's case is nothing to go by.
        folded = name.lower().encode()
        forms = [form.lower() for form in (self._value.encode(), *self._forms)]
        return any(form in folded for form in forms) or self.clean(folded) != folded

    def __repr__(self) -> str:
        return f"Redactor({self._words})"


def _any_escape(character: str) -> str:
    """Return a pattern, in UTF-8, for one character however it is escaped."""
    if character.isascii() and character.isalnum():
        return character
    number = ord(character)
    ways = [re.escape(character), rf"\\u\{{(?i:0{{0,6}}{number:x})\}}", f"&#0{{0,6}}{number};"]
    ways.append(rf"&#[xX](?i:0{{0,6}}{number:x});")
    ways.append("".join(f"%(?i:{byte:02x})" for byte in character.encode()))
    utf16 = character.encode("utf-16-be").hex()
    units = [utf16[start : start + 4] for start in range(0, len(utf16), 4)]
    ways.append("".join(rf"\\u(?i:{unit})" for unit in units))
    if number < 0x100:
        ways.append(rf"\\x(?i:{number:02x})")
    if number in codepoint2name:
        ways.append(f"&{codepoint2name[number]};")
    if character in _SHORT:
        ways.append(_SHORT[character])
    elif character.isascii() and character.isprintable():
        ways.append(re.escape(f"\\{character}"))  # \" \\ \/ and what else is quoted so
    return f"(?:{'|'.join(sorted(ways, key=len, reverse=True))})"


def _fixed_forms(value: str) -> set[bytes]:
    raw = value.encode()
    forms = {value.encode("utf-16-le"), value.encode("utf-16-be")}
    units = value.encode("utf-16-be").hex()
    for small, digits in ((raw.hex(), units), (raw.hex().upper(), units.upper())):
        pairs = [small[start : start + 2] for start in range(0, len(small), 2)]
        fours = [digits[start : start + 4] for start in range(0, len(digits), 4)]
        forms.add(small.encode())
        forms.add("".join(f"%{pair}" for pair in pairs).encode())
        forms.add("".join(rf"\x{pair}" for pair in pairs).encode())
        forms.add("".join(rf"\u{four}" for four in fours).encode())
    for offset in range(3):
        core = _base64_core(raw, offset)
        forms |= {core, core.translate(bytes.maketrans(b"+/", b"-_"))}
    return forms


def _base64_core(raw: bytes, offset: int) -> bytes:
    """Return the base64 characters that do not depend on what stands around the secret."""
    encoded = base64.b64encode(bytes(offset) + raw)
    return encoded[(offset * 8 + 5) // 6 : (offset + len(raw)) * 8 // 6]
