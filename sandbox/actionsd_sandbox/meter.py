"""What the running action has taken of what it may: wall clock, CPU, memory.

CPU is that of V8's thread, on which scripts run and nothing else does. Memory is what the
kernel counts against RLIMIT_DATA, beyond what it was when the action began: V8's heap,
ArrayBuffers, strings, and what V8 has not collected yet. V8's own figures would not do:
they leave out what is not in its heap, and are only looked at when it collects.
"""

from __future__ import annotations

import enum
import math
import os
import resource
import threading
import time
import weakref
from typing import NamedTuple

LOOK_SECONDS = 0.01
"""Between two looks at what an action has taken: memory fills at 1.6 MB/ms (spec, 4)."""

FRESH_SECONDS = 0.004
"""How long what was read of memory holds for the next actions: some 6 MB at the rate above."""

_STATM = "/proc/self/statm"
_DATA_FIELD = 5
_PAGE_BYTES = resource.getpagesize()


class Breach(enum.Enum):
    """What an action took too much of."""

    TIMEOUT = "timeout"
    CPU = "cpu"
    MEMORY = "memory"


class Allowance(NamedTuple):
    """What one action may take."""

    cpu_seconds: float
    memory_bytes: float


UNLIMITED = Allowance(math.inf, math.inf)


class Meter:
    """Measures one action at a time.

    To be made by the process that it is to measure, while that may still open files. Its
    calls must not overlap: whoever shares it keeps a lock.
    """

    def __init__(self) -> None:
        self._statm = os.open(_STATM, os.O_RDONLY | os.O_CLOEXEC)
        weakref.finalize(self, os.close, self._statm)
        self._allowance = UNLIMITED
        self._clock = time.CLOCK_MONOTONIC  # until there is a thread to measure
        self._cpu = 0.0
        self._memory = 0  # what there was when the action began
        self._read = 0  # what there was at the last look
        self._read_at = -math.inf

    def measure_this_thread(self) -> None:
        """Measure the calling thread from now on."""
        self._clock = time.pthread_getcpuclockid(threading.get_ident())

    def begin(self, allowance: Allowance) -> int:
        """Measure what follows as one action.

        Returns the memory that there is already, or was a moment ago: what actions leave
        that are over in a moment is little, and to look costs a good part of what they do.
        """
        self._allowance = allowance
        self._cpu = self.cpu_seconds()
        if time.monotonic() - self._read_at > FRESH_SECONDS:
            self._read_memory()
        self._memory = self._read
        return self._memory

    def extend(self, cpu_seconds: float) -> None:
        """Allow so much CPU from here, and what memory there is, up to the next action."""
        self._allowance = Allowance(cpu_seconds, math.inf)
        self._cpu = self.cpu_seconds()

    def breach(self, deadline_ms: float) -> Breach | None:
        """Return what the action has too much of by now, the wall clock first."""
        if deadline_ms / 1000 <= time.time():
            return Breach.TIMEOUT
        if self._cpu_left() <= 0:
            return Breach.CPU
        if self._read_memory() - self._memory > self._allowance.memory_bytes:
            return Breach.MEMORY
        return None

    def patience(self, deadline_ms: float) -> float:
        """Return how many seconds may pass before the next look."""
        wall_left = deadline_ms / 1000 - time.time()
        return max(min(wall_left, self._cpu_left(), LOOK_SECONDS), 0.0) + 0.0005

    def cpu_seconds(self) -> float:
        """Return the CPU that the measured thread has used in its life."""
        return time.clock_gettime(self._clock)

    def _read_memory(self) -> int:
        self._read_at = time.monotonic()
        # Two calls, not `pread`: the seal allows few.
        os.lseek(self._statm, 0, os.SEEK_SET)
        self._read = int(os.read(self._statm, 256).split()[_DATA_FIELD]) * _PAGE_BYTES
        return self._read

    def _cpu_left(self) -> float:
        return self._allowance.cpu_seconds - (self.cpu_seconds() - self._cpu)
