"""What a TOML file could say where it says something unknown, for error messages. Pure.

msgspec names the key or the word that it does not know; this adds those that it does.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import get_close_matches
from typing import Any

import msgspec
from msgspec.inspect import (
    CollectionType,
    DictType,
    LiteralType,
    StructType,
    Type,
    UnionType,
    type_info,
)

from actionsd_broker.toml_lines import PATH, UNKNOWN

_STEP = re.compile(r"\.(?P<key>\w+)|\[[^\]]*\]")
_ENUM = "Invalid enum value"


def explain(kind: Any, error: msgspec.ValidationError) -> str:
    """Return what an error says, and what was expected of a document of this type."""
    message = str(error)
    path = PATH.search(message)
    places = list(_places(type_info(kind), _STEP.finditer(path["path"] if path else "")))
    unknown = UNKNOWN.search(message)
    if unknown is not None:
        keys = [field.encode_name for each in places for field in _fields(each)]
        return message + _closest(unknown["key"], keys)
    if message.startswith(_ENUM):
        words = [repr(word) for each in places for word in _words(each)]
        return f"{message}; expected {' or '.join(words)}" if words else message
    return message


def _closest(key: str, keys: list[str]) -> str:
    close = get_close_matches(key, keys, n=1)
    if close:
        return f"; did you mean `{close[0]}`?"
    return f"; there is: {', '.join(keys)}" if keys else ""


def _places(kind: Type, steps: Iterator[re.Match[str]]) -> Iterator[Type]:
    """Return the types that the end of a path may have."""
    kinds = [kind]
    for step in steps:
        kinds = [inner for each in kinds for inner in _inside(each, step["key"])]
    yield from (inner for each in kinds for inner in _alternatives(each))


def _inside(kind: Type, key: str | None) -> Iterator[Type]:
    for each in _alternatives(kind):
        if key is not None:
            yield from (field.type for field in _fields(each) if field.encode_name == key)
        elif isinstance(each, DictType):
            yield each.value_type
        elif isinstance(each, CollectionType):
            yield each.item_type


def _alternatives(kind: Type) -> tuple[Type, ...]:
    return kind.types if isinstance(kind, UnionType) else (kind,)


def _fields(kind: Type) -> tuple[msgspec.inspect.Field, ...]:
    return kind.fields if isinstance(kind, StructType) else ()


def _words(kind: Type) -> tuple[object, ...]:
    return kind.values if isinstance(kind, LiteralType) else ()
