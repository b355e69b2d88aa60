"""The clock over a running script: cancel when its time is up, exit when it does not listen.

The prelude writes each phase's deadline into the mailbox, so a job costs no timer of its
own: one interval timer stands, and when it goes off it looks who is late. The handler
runs on the main thread while JavaScript runs on V8's. A broker watches from outside too;
this is for the graceful end, which keeps what was done before the time was up.
"""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable
from types import FrameType

GRACE_SECONDS = 0.05
"""Between the request to end and the exit. Some built-ins do not listen (spec, 6)."""

EXIT_LATE = 75
"""Exit status of a worker whose script could not be interrupted."""

_SOON_SECONDS = 0.005
_NEVER = float("inf")


class DeadlineTimer:
    """Watches one running phase at a time.

    `late` is set once the running script was told to end.
    """

    def __init__(self) -> None:
        self.late = False
        self.lock = threading.Lock()
        self._due: Callable[[], float] = lambda: 0.0
        self._cancel: Callable[[], None] = lambda: None
        self._fires_at = _NEVER
        signal.signal(signal.SIGALRM, self._fired)

    def attach(self, due: Callable[[], float], cancel: Callable[[], None]) -> None:
        """Watch an evaluation.

        `due` gives its deadline in ms since the epoch: 0 if nothing runs, infinity if
        something does whose deadline is not known yet.
        """
        with self.lock:
            self.late = False
            self._due = due
            self._cancel = cancel

    def detach(self) -> None:
        """Watch nothing any more, whatever is still to fire."""
        self.attach(lambda: 0.0, lambda: None)

    def expect(self, seconds: float) -> None:
        """Make sure to look no later than in so many seconds; from any thread."""
        with self.lock:
            self._expect(seconds)

    def _expect(self, seconds: float) -> None:
        now = time.monotonic()
        # A time that has passed without a look is one whose signal is on its way: it may
        # come too early to find anything, so it does not count.
        if now + seconds < self._fires_at or self._fires_at <= now:
            self._fires_at = now + seconds
            signal.setitimer(signal.ITIMER_REAL, seconds)

    def _fired(self, _number: int, _frame: FrameType | None) -> None:
        with self.lock:
            self._fires_at = _NEVER
            due = self._due()
            if due == 0:
                return
            left = due / 1000 - time.time()
            if left > 0:
                self._expect(_SOON_SECONDS if left == _NEVER else left + 0.0005)
            elif not self.late:
                self.late = True
                self._cancel()
                self._expect(GRACE_SECONDS)
            else:
                os._exit(EXIT_LATE)
