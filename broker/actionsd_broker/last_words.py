"""What processes write to their standard error: read as it comes, the end of it kept.

Nobody waits for it and nobody is kept from anything by it: one bounded read for each turn
of the loop, and no more of them than a process in its right mind can cause.
"""

from __future__ import annotations

import os
import select
from collections import deque
from dataclasses import dataclass, field

KEPT_BYTES = 4096
"""What is kept of a process's last words, and read at once."""

MOST_READS = 512
"""Reads for one process. An honest worker has a traceback to tell, once, at its end; each
read costs us more than the write costs a worker that is not."""


@dataclass(slots=True)
class _Source:
    """One process that may speak."""

    name: str
    words: deque[bytes] = field(default_factory=lambda: deque(maxlen=8))
    reads: int = 0


class LastWords:
    """Listens to processes; registers what it listens to with `epoll`."""

    def __init__(self, epoll: select.epoll) -> None:
        self._epoll = epoll
        self._sources: dict[int, _Source] = {}
        self._listened_to: set[int] = set()
        self._talkative: list[str] = []

    def watch(self, name: str, stderr: int) -> None:
        """Listen to a process of this name; its descriptor stays the caller's to close."""
        self._sources[stderr] = _Source(name)
        self._listened_to.add(stderr)
        self._epoll.register(stderr, select.EPOLLIN)

    def read(self, descriptor: int) -> None:
        """Read from a descriptor once, if it is one that is listened to."""
        if descriptor not in self._listened_to:
            return
        source = self._sources[descriptor]
        try:
            words = os.read(descriptor, KEPT_BYTES)
        except BlockingIOError:
            return
        source.reads += 1
        source.words.append(words)
        if not words or source.reads == MOST_READS:
            self._unwatch(descriptor)
        if source.reads == MOST_READS:
            self._talkative.append(source.name)

    def take(self, stderr: int) -> str:
        """Listen to a process no more; return the end of what it said."""
        self.read(stderr)
        self._unwatch(stderr)
        words = b"".join(self._sources.pop(stderr).words)
        return words[-KEPT_BYTES:].decode(errors="replace").strip()

    def talkative(self) -> list[str]:
        """Return who, since this was asked last, has said more than one in its right mind."""
        names, self._talkative = self._talkative, []
        return names

    def _unwatch(self, descriptor: int) -> None:
        if descriptor in self._listened_to:
            self._listened_to.remove(descriptor)
            self._epoll.unregister(descriptor)
