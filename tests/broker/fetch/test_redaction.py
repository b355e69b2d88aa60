"""A secret is found in whatever way a server writes it down."""

from __future__ import annotations

import base64
import html
import json
from collections.abc import Callable
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actionsd_broker.fetch.redaction import Redactor

VALUE = "s3cr3t/+\"k\\y=é&<x>' z"


def units(text: str, form: str) -> str:
    """Escape every UTF-16 unit of a text, as JSON and JavaScript do."""
    code = text.encode("utf-16-be")
    return "".join(form.format(int.from_bytes(code[at : at + 2])) for at in range(0, len(code), 2))


def is_plain(character: str) -> bool:
    return character.isascii() and character.isalnum()


FORMS: dict[str, Callable[[str], str]] = {
    "as it is": str,
    "JSON": lambda value: json.dumps(value)[1:-1],
    "JSON in UTF-8": lambda value: json.dumps(value, ensure_ascii=False)[1:-1],
    "JSON with slashes escaped": lambda value: json.dumps(value)[1:-1].replace("/", "\\/"),
    "JSON with all but ASCII letters escaped": lambda value: "".join(
        c if is_plain(c) else units(c, "\\u{:04X}") for c in value
    ),
    "every character as \\u": lambda value: units(value, "\\u{:04x}"),
    "JavaScript \\x": lambda value: "".join(
        c if is_plain(c) else units(c, "\\x{:02x}" if ord(c) < 256 else "\\u{:04x}") for c in value
    ),
    "URL": lambda value: quote(value, safe=""),
    "URL with slashes": quote,
    "URL in small letters": lambda value: quote(value, safe="").replace("%C3%A9", "%c3%a9"),
    "form": quote_plus,
    "every byte as %": lambda value: "".join(f"%{byte:02X}" for byte in value.encode()),
    "HTML": html.escape,
    "HTML by number": lambda value: "".join(c if is_plain(c) else f"&#{ord(c)};" for c in value),
    "HTML by hexadecimal number": lambda value: "".join(
        c if is_plain(c) else f"&#x{ord(c):X};" for c in value
    ),
    "hexadecimal": lambda value: value.encode().hex(),
    "HEXADECIMAL": lambda value: value.encode().hex().upper(),
}
PLAIN = "tok_4f9ab23c"


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("value", [VALUE, PLAIN])
def test_secret_is_removed_in_every_form(form: str, value: str) -> None:
    text = f"before {FORMS[form](value)} after"
    assert Redactor("n", value).clean(text.encode()) == b"before [secret n removed] after"


@pytest.mark.parametrize("encode", [base64.b64encode, base64.urlsafe_b64encode])
@pytest.mark.parametrize("before", ["", "u", "us", "use", "user:"])
@pytest.mark.parametrize("after", ["", "t", "ta", "tail"])
def test_secret_is_removed_from_base64_wherever_it_stands(
    encode: Callable[[bytes], bytes], before: str, after: str
) -> None:
    cleaned = Redactor("n", VALUE).clean(encode((before + VALUE + after).encode()))
    assert b"[secret n removed]" in cleaned
    assert len(cleaned.replace(b"[secret n removed]", b"")) < 18


@pytest.mark.parametrize("coding", ["utf-16-le", "utf-16-be"])
def test_secret_is_removed_from_utf_16(coding: str) -> None:
    assert Redactor("n", PLAIN).clean(PLAIN.encode(coding)) == b"[secret n removed]"


@given(st.text(alphabet=st.characters(codec="utf-8"), min_size=8, max_size=40))
def test_any_value_is_removed_in_every_form(value: str) -> None:
    redactor = Redactor("n", value)
    for form in FORMS.values():
        assert redactor.clean(form(value).encode()) == b"[secret n removed]"


def test_every_occurrence_is_removed() -> None:
    assert PLAIN.encode() not in Redactor("n", PLAIN).clean(PLAIN.encode() * 3)


def test_what_is_no_secret_is_left() -> None:
    body = b'{"token": "tok_4f9ab23"}'
    assert Redactor("n", PLAIN).clean(body) == body


def test_headers_are_cleaned_and_a_name_goes_with_its_header() -> None:
    headers = (("X-Echo", f"Bearer {PLAIN}"), (f"X-{PLAIN.upper()}", "1"), ("X-B", "ü"))
    assert Redactor("n", PLAIN).clean_headers(headers) == (
        ("X-Echo", "Bearer [secret n removed]"),
        ("X-B", "ü"),
    )


def test_text_for_the_log_is_cleaned_whatever_the_case() -> None:
    redactor = Redactor("n", "Tok.4F9ab23c")
    assert (
        redactor.clean_text("https://tok.4f9ab23c.evil.com")
        == "https://[secret n removed].evil.com"
    )


def test_redactor_does_not_show_its_secret() -> None:
    assert PLAIN not in repr(Redactor("n", PLAIN))
