"""The sealed process tries what it must not be able to do.

Each probe is one harmless call whose error tells a wall from none: without the filter
the kernel would look at the arguments, and complain of those. The filter refuses these
very arguments with EPERM; with others the same calls end the process (seccomp.py).
"""

from __future__ import annotations

import ctypes
import errno
import mmap
import os
from collections.abc import Callable

_LIBC = ctypes.CDLL(None, use_errno=True)
_REFUSED = (errno.EPERM, errno.EACCES)
_PAGE = 4096

PROBES: dict[str, Callable[[], int]] = {
    "open": lambda: _LIBC.open(b"/", os.O_RDONLY),
    "connect": lambda: _LIBC.connect(-1, None, 0),  # EBADF without a wall
    "exec": lambda: _LIBC.execve(None, None, None),  # EFAULT without one
    "executable mapping": lambda: _LIBC.mmap(
        None,
        _PAGE,
        mmap.PROT_READ | mmap.PROT_EXEC,
        mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS,
        -1,
        0,
    ),
}


def run() -> str:
    """Raise OSError that names every probe that got through."""
    through = [name for name, probe in PROBES.items() if not _refused(probe)]
    if through:
        raise OSError(f"not refused: {', '.join(through)}")
    return f"refused: {', '.join(PROBES)}"


def _refused(probe: Callable[[], int]) -> bool:
    ctypes.set_errno(0)
    return probe() == -1 and ctypes.get_errno() in _REFUSED
