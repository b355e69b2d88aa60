"""A mistake in a TOML file comes with what would be right."""

from __future__ import annotations

from typing import Any, Literal

import msgspec
import pytest
from msgspec import Struct

from actionsd_broker.toml_words import explain


class Inner(Struct, forbid_unknown_fields=True):
    seconds: float = 1.0
    mode: Literal["fail", "drop"] | None = None
    names: list[Literal["a"]] = []


class Outer(Struct, forbid_unknown_fields=True):
    count: int = 0
    inner: Inner | None = None
    named: dict[str, Inner] = {}
    listed: tuple[Inner, ...] = ()


@pytest.mark.parametrize(
    ("document", "added"),
    [
        ({"cuont": 1}, "; did you mean `count`?"),
        ({"x": 1}, "; there is: count, inner, named, listed"),
        ({"inner": {"second": 1}}, "; did you mean `seconds`?"),
        ({"named": {"a": {"z": 1}}}, "; there is: seconds, mode, names"),
        ({"listed": [{}, {"mod": "fail"}]}, "; did you mean `mode`?"),
        ({"inner": {"mode": "pass"}}, "; expected 'drop' or 'fail'"),
        ({"inner": {"names": ["b"]}}, "; expected 'a'"),
        ({"inner": {"mode": 1}}, ""),
        ({"count": "1"}, ""),
        ([], ""),
    ],
)
def test_what_would_be_right_is_said(document: Any, added: str) -> None:
    with pytest.raises(msgspec.ValidationError) as error:
        msgspec.convert(document, Outer)
    assert explain(Outer, error.value) == f"{error.value}{added}"
