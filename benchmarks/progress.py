"""Says on standard error what is being done, and how long the rest will take."""

from __future__ import annotations

import sys
import time
from typing import TextIO


class Progress:
    """Counts steps; `weights` says how long each is compared with the others."""

    def __init__(self, weights: list[float], out: TextIO = sys.stderr) -> None:
        self._weights = weights
        self._done = 0
        self._out = out
        self._started = time.monotonic()

    def begin(self, what: str) -> None:
        """Say what is done next."""
        total = len(self._weights)
        left = remaining_seconds(self._weights, self._done, time.monotonic() - self._started)
        self._say(f"[{self._done + 1:{len(str(total))}}/{total}] {what}; {describe_left(left)}")
        self._done += 1

    def note(self, text: str) -> None:
        """Say something beside the steps."""
        self._say(text)

    def _say(self, text: str) -> None:
        print(text, file=self._out, flush=True)


def remaining_seconds(weights: list[float], done: int, elapsed: float) -> float:
    """Return how long the rest will take: what was estimated, at the pace so far."""
    estimated = sum(weights[:done])
    pace = elapsed / estimated if done else 1.0
    return sum(weights[done:]) * pace


def describe_left(seconds: float) -> str:
    """Return the time that is left, for people."""
    if seconds < 100:
        return f"about {max(seconds, 1):.0f} s left"
    return f"about {seconds / 60:.0f} min left"
