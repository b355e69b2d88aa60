"""The broker's own memory: what it holds, and giving back what it holds for nothing."""

from __future__ import annotations

import ctypes
import os

from actionsd_broker import kernel_word

_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


def resident_bytes() -> int:
    """Return the memory that this process holds."""
    return int(kernel_word.read("/proc/self/statm").split()[1]) * _PAGE_BYTES


def trim() -> None:
    """Give freed memory back to the system.

    The allocator keeps the crumbs of a flood for another one: hundreds of megabytes.
    """
    libc = ctypes.CDLL(None)
    if hasattr(libc, "malloc_trim"):  # glibc's
        libc.malloc_trim(0)
