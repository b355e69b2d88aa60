"""Where in a TOML file a value stands, for error messages. Pure.

tomllib reports lines for mistakes of syntax only, msgspec a path such as
`$.actions[...].timeout` for values of the wrong type; this finds the line again.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import msgspec

_HEADER = re.compile(r"^\s*\[+\s*(?P<path>[^\]]+?)\s*\]+")
_KEY = re.compile(r"^\s*(?P<path>[^=\[#]+?)\s*=")
# How msgspec writes what it does not know, and where a value stands.
UNKNOWN = re.compile(r"unknown field `(?P<key>[^`]+)`")
PATH = re.compile(r"`\$(?P<path>[^`]*)`")


def line_of(text: str, error: msgspec.ValidationError) -> str:
    """Return ":LINE" for the place that an error speaks of, "" if it cannot be told."""
    message = str(error)
    path = PATH.search(message)
    keys = [key for key in re.split(r"[.\[\]]+", path["path"] if path else "") if key]
    unknown = UNKNOWN.search(message)
    if unknown is not None:
        keys.append(unknown["key"])
    line = find_line(text, [key for key in keys if key != "..."])
    return "" if line is None else f":{line}"


def find_line(text: str, keys: Sequence[str]) -> int | None:
    """Return the line, from 1, of the last of these keys that follow one another.

    Where that one is not there (an array in one line, say), the line that is nearest to it.
    The tables of `[[an.array]]` have the keys `an`, `array` and their number, from 0.
    """
    if not keys:
        return None
    table: list[str] = []
    counts: dict[str, int] = {}
    found, depth = None, 0
    for number, line in enumerate(text.splitlines(), start=1):
        header = _HEADER.match(line)
        if header is not None and "=" not in line.split("]")[0]:
            table = _split(header["path"])
            if line.lstrip().startswith("[["):
                count = counts.get(header["path"], 0)
                counts[header["path"]] = count + 1
                table.append(str(count))
            here = table
        else:
            key = _KEY.match(line)
            if key is None:
                continue
            here = [*table, *_split(key["path"])]
        if _is_subsequence(keys, here):
            return number
        # A header is of the tables around its own too.
        around = [here[: end + 1] for end in range(len(here))]
        while depth < len(keys) and any(
            _is_subsequence(keys[: depth + 1], path) for path in around
        ):
            found, depth = number, depth + 1
    return found


def _split(path: str) -> list[str]:
    parts = re.findall(r'"([^"]*)"|\'([^\']*)\'|([^.\s"\']+)', path)
    return ["".join(part) for part in parts]


def _is_subsequence(keys: Sequence[str], path: Sequence[str]) -> bool:
    remaining = iter(path)
    return bool(path) and path[-1] == keys[-1] and all(key in remaining for key in keys)
