"""Which of several endpoints is next: pure, without sockets or a clock.

Loads and times in, places out; a place is an endpoint's index. `links` has the connections.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

FIRST_PAUSE_SECONDS = 0.1
LONGEST_PAUSE_SECONDS = 5.0


class Balance:
    """Whose turn it is, and when an endpoint that is not open is tried again."""

    def __init__(self, count: int) -> None:
        self._turn = 0
        self._pauses = [FIRST_PAUSE_SECONDS] * count
        self._not_before = [-math.inf] * count

    def choose(self, loads: Sequence[int | None]) -> int | None:
        """Return the place with the least load, in turn among equals.

        A place that is not open has None for its load; without any open one there is no choice.
        """
        best: int | None = None
        least = math.inf
        for step in range(len(loads)):
            place = (self._turn + step) % len(loads)
            load = loads[place]
            if load is not None and load < least:
                best, least = place, float(load)
        if best is not None:
            self._turn = (best + 1) % len(loads)
        return best

    def due(self, place: int, now: float) -> bool:
        """Whether to try a place that is not open."""
        return now >= self._not_before[place]

    def tried(self, place: int, now: float) -> None:
        """Note a try: it has until the next one, and that is later each time."""
        self._not_before[place] = now + self._pauses[place]
        self._pauses[place] = min(2 * self._pauses[place], LONGEST_PAUSE_SECONDS)

    def lost(self, place: int, now: float) -> None:
        """Note that a place was open and is not any more."""
        self._pauses[place] = FIRST_PAUSE_SECONDS
        self._not_before[place] = now + FIRST_PAUSE_SECONDS

    def hurry(self) -> None:
        """Have all that are not open tried at once: somebody waits, and no other serves."""
        self._pauses = [FIRST_PAUSE_SECONDS] * len(self._pauses)
        self._not_before = [-math.inf] * len(self._pauses)
