"""Resource limits: what a worker may take of the machine, whatever runs in it."""

from __future__ import annotations

import os
import re
import resource
from pathlib import Path

THREADS = 24
"""Ours are 4, and 1 for each isolate: this leaves room, and stops a flood of them."""

DESCRIPTORS = 64
PENDING_SIGNALS = 64
STACK_BYTES = 8 * 2**20

_FIXED = {
    "CORE": 0,  # no memory on disk
    "FSIZE": 0,  # no byte in any file
    "MEMLOCK": 0,
    "MSGQUEUE": 0,
    "NOFILE": DESCRIPTORS,
    "SIGPENDING": PENDING_SIGNALS,  # counted for all processes of a user together
    "STACK": STACK_BYTES,  # the main thread's, which the memory wall does not count
}

_DATA = re.compile(rb"^VmData:\s*(\d+) kB$", re.MULTILINE)


def offer_to_oom_killer() -> str:
    """Be the first to go when the machine is out of memory, before broker and IdP."""
    Path("/proc/self/oom_score_adj").write_text("1000", encoding="ascii")
    return "the first to go"


def set_fixed() -> str:
    """Set the limits that are the same for every worker."""
    for name, value in _FIXED.items():
        kind = getattr(resource, f"RLIMIT_{name}")
        _, hard = resource.getrlimit(kind)
        bound = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(kind, (bound, bound))
    return ", ".join(f"{name.lower()} {value}" for name, value in _FIXED.items())


def limit_threads() -> str:
    """Bound the threads; only where this process's user is nobody else's user too."""
    resource.setrlimit(resource.RLIMIT_NPROC, (THREADS, THREADS))
    return f"{THREADS} at the most"


class MemoryWall:
    """RLIMIT_DATA: pages that can be written, V8's heap and its buffers alike.

    The address space is no measure of V8, which reserves terabytes of it. Made while
    /proc is still in sight; `raise_` is called when everything that an idle worker needs
    is there, so that the bound is on what scripts add to it.
    """

    def __init__(self) -> None:
        self._status = os.open("/proc/self/status", os.O_RDONLY | os.O_CLOEXEC)

    def raise_(self, budget_bytes: int) -> str:
        """Allow so many bytes more than are in use now."""
        match = _DATA.search(os.pread(self._status, 8192, 0))
        os.close(self._status)
        if match is None:
            raise OSError("the kernel does not say what memory is in use")
        bound = int(match[1]) * 1024 + budget_bytes
        resource.setrlimit(resource.RLIMIT_DATA, (bound, bound))
        return f"{budget_bytes // 2**20} MiB beyond an idle worker's"
