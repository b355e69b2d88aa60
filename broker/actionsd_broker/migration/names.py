"""Names of files for what an operator named freely. Pure."""

from __future__ import annotations

import re

_UNSAFE = re.compile(r"[^A-Za-z0-9_-]")
_LENGTH = 80


class FileNames:
    """Gives out names within one directory: each once, whatever the case.

    What consists of letters, digits, `_` and `-` stays as it is; anything else becomes `_`,
    and a number tells apart what then is the same.
    """

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def take(self, text: str) -> str:
        """Return a name for a text, without an ending."""
        safe = _UNSAFE.sub("_", text)[:_LENGTH] or "_"
        name, number = safe, 1
        while name.casefold() in self._taken:  # as file systems that do not mind case see it
            number += 1
            name = f"{safe}-{number}"
        self._taken.add(name.casefold())
        return name
