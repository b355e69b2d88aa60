"""The clock over a running script: cancel when it takes too much, exit when it does not listen.

The prelude writes each phase's deadline into the mailbox, and a meter knows what the
action may take beside time, so a job costs no timer of its own: one interval timer
stands, and when it goes off it looks at both. The handler runs on the main thread while
JavaScript runs on V8's. A broker watches from outside too; this is for the graceful end,
which keeps what was done before.
"""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable
from types import FrameType
from typing import NamedTuple, NoReturn

from actionsd_sandbox.meter import LOOK_SECONDS, Allowance, Breach, Meter

GRACE_SECONDS = 0.05
"""Of CPU, between the first request to end and the exit. Some built-ins do not listen (spec, 6).

On the wall clock it may be longer: a thread that gets no CPU has not even heard of it.
"""

MEMORY_GRACE_SECONDS = 0.25
"""The same, for memory: V8 is likely to be collecting, and to hear of it afterwards."""

LONGEST_GRACE_SECONDS = 0.5
"""On the wall clock, after a timeout: the broker waits no longer, however little CPU there was."""

STARVED_GRACE_SECONDS = 2.0
"""The same, for an action that had time left: on a machine that is overloaded it may have an
eighth of a CPU."""

EXIT_LATE = 75
"""Exit status of a worker whose script could not be interrupted when its time was up."""

EXIT_CPU = 76
"""The same, when its CPU was spent."""

EXIT_MEMORY = 77
"""The same, when it took too much memory; or there is none left for our own work."""


class Grace(NamedTuple):
    """Time to end in, on the thread's CPU clock and on the wall's; whichever is over first."""

    cpu_seconds: float
    wall_seconds: float


_GRACES = {
    Breach.TIMEOUT: Grace(GRACE_SECONDS, LONGEST_GRACE_SECONDS),
    Breach.CPU: Grace(GRACE_SECONDS, STARVED_GRACE_SECONDS),
    Breach.MEMORY: Grace(MEMORY_GRACE_SECONDS, STARVED_GRACE_SECONDS),
}
_EXITS = {Breach.TIMEOUT: EXIT_LATE, Breach.CPU: EXIT_CPU, Breach.MEMORY: EXIT_MEMORY}

_AGAIN_SECONDS = 0.005
"""Between two requests to end."""

_NEVER = float("inf")


def _nothing_runs() -> float:
    return 0.0


def _nothing_to_do() -> None:
    pass


class DeadlineTimer:
    """Watches one running phase at a time.

    `breach` is set once the running script was told to end. Everything here is done under
    `lock`, which the handler takes too, on a thread that may hold it. `notify` is called
    at each look while something runs, every `LOOK_SECONDS` or so, by the handler.
    """

    def __init__(self, notify: Callable[[], None] = _nothing_to_do) -> None:
        self.breach: Breach | None = None
        self._notify = notify
        self.lock = threading.RLock()
        self._meter = Meter()
        self._blame: Breach | None = None  # what an exit is for, whatever came after it
        self._due: Callable[[], float] = _nothing_runs
        self._cancel: Callable[[], None] = _nothing_to_do
        self._fires_at = _NEVER
        self._looking = False
        self._grace_over = (0.0, 0.0)  # on the thread's CPU clock, and on the wall's
        signal.signal(signal.SIGALRM, self._fired)

    def attach(self, due: Callable[[], float], cancel: Callable[[], None]) -> None:
        """Watch an evaluation.

        `due` gives its deadline in ms since the epoch: 0 if nothing runs, infinity if
        something does whose deadline is not known yet.
        """
        with self.lock:
            # In this order: the handler may run between any two of these lines.
            self._due = _nothing_runs
            self._cancel = cancel
            self.breach = None
            self._due = due
            self._expect(LOOK_SECONDS)  # the last look may have found nothing to watch

    def detach(self) -> None:
        """Watch nothing any more, whatever is still to fire."""
        with self.lock:
            self._due = _nothing_runs
            self._cancel = _nothing_to_do
            self.breach = None

    def measure_this_thread(self) -> None:
        """Take the calling thread for the one on which actions run."""
        with self.lock:
            self._meter.measure_this_thread()

    def begin(self, allowance: Allowance) -> int:
        """Measure another action; return the memory there is."""
        with self.lock:
            self._blame = None
            return self._meter.begin(allowance)

    def extend(self, blame: Breach | None) -> None:
        """Allow a grace for what is still to be read of an action; `blame` is why it ended."""
        with self.lock:
            self._blame = blame
            self._meter.extend(GRACE_SECONDS)

    def exit(self, breach: Breach) -> NoReturn:
        """End the process: what took too much cannot be got rid of."""
        os._exit(_EXITS[breach])

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
            # And again, until it is heard: between the last check for signals and a wait
            # Python does not hear of one until the wait is over.
            signal.setitimer(signal.ITIMER_REAL, seconds, LOOK_SECONDS)

    def _fired(self, _number: int, _frame: FrameType | None) -> None:
        if self._looking:
            return  # it would confuse the look that it came into; there will be another
        self._looking = True
        try:
            with self.lock:
                self._look()
        finally:
            self._looking = False

    def _look(self) -> None:
        self._fires_at = _NEVER
        due = self._due()
        if due == 0:
            signal.setitimer(signal.ITIMER_REAL, 0)
            return
        self._notify()
        if self.breach is None:
            self.breach = self._meter.breach(due)
            if self.breach is None:
                self._expect(self._meter.patience(due))
                return
            grace = _GRACES[self.breach]
            self._grace_over = (
                self._meter.cpu_seconds() + grace.cpu_seconds,
                time.monotonic() + grace.wall_seconds,
            )
        self._insist(self.breach)

    def _insist(self, breach: Breach) -> None:
        cpu, wall = self._grace_over
        if self._meter.cpu_seconds() >= cpu or time.monotonic() >= wall:
            os._exit(_EXITS[self._blame or breach])
        # Again and again: an error's text is asked for after its throw was ended, and
        # microtasks run after the evaluation was. Each may be another endless loop.
        self._cancel()
        self._expect(_AGAIN_SECONDS)
