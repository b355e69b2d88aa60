"""Resource limits: what a worker may take of the machine, whatever runs in it."""

from __future__ import annotations

import errno
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
        _bound(getattr(resource, f"RLIMIT_{name}"), value)
    return ", ".join(f"{name.lower()} {value}" for name, value in _FIXED.items())


def limit_threads() -> str:
    """Bound the threads; only where this process's user is nobody else's user too."""
    return f"{_bound(resource.RLIMIT_NPROC, THREADS)} at the most"


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
        idle_bytes = int(match[1]) * 1024
        bound = _bound(resource.RLIMIT_DATA, idle_bytes + budget_bytes)
        return f"{(bound - idle_bytes) // 2**20} MiB beyond an idle worker's"


def _bound(kind: int, value: int) -> int:
    """Set a limit for good, to what it is already if that is less; return what it is now."""
    _, hard = resource.getrlimit(kind)
    bound = value if hard == resource.RLIM_INFINITY else min(value, hard)
    try:
        resource.setrlimit(kind, (bound, bound))
    except ValueError as error:  # Python's word for EPERM
        raise PermissionError(errno.EPERM, f"setrlimit: {error}") from error
    return bound
