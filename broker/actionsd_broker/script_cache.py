"""Which scripts a worker holds, and which it must be sent or may forget. Pure."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from typing import NamedTuple

LIMIT_CHARACTERS = 8 * 2**20
"""Script text that one worker holds at the most, in characters."""

LIMIT_SCRIPTS = 256
"""Scripts that one worker holds at the most: what it is told to forget must fit a message."""


class Delivery(NamedTuple):
    """What a worker must be sent with its next job, and what it is to forget."""

    scripts: dict[str, str]
    forget: list[str]


class ScriptCache:
    """The broker's account of one worker's scripts; the oldest unused goes first."""

    def __init__(self, limit: int = LIMIT_CHARACTERS) -> None:
        self._limit = limit
        self._sizes: OrderedDict[str, int] = OrderedDict()
        self._total = 0

    def deliver(self, needed: Mapping[str, str]) -> Delivery:
        """Account for a job that needs these scripts (id → text)."""
        missing = {script: text for script, text in needed.items() if script not in self._sizes}
        for script in needed:
            if script not in missing:
                self._sizes.move_to_end(script)
        for script, text in missing.items():
            self._sizes[script] = len(text)
            self._total += len(text)
        return Delivery(missing, self._evict(needed))

    def _evict(self, needed: Mapping[str, str]) -> list[str]:
        forgotten = []
        # What this job needs is the newest, so it is never what goes.
        while self._is_full() and len(self._sizes) > len(needed):
            script, size = self._sizes.popitem(last=False)
            self._total -= size
            forgotten.append(script)
        return forgotten

    def _is_full(self) -> bool:
        return self._total > self._limit or len(self._sizes) > LIMIT_SCRIPTS
