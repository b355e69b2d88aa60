# rogue: more_page_tables
# does: maps memory without end and only reads it: that takes tables and not a page
# stage: job
# job: memory_limit
# log: worker_killed the job took more than 16 MiB of memory
# limits: memory=16

from __future__ import annotations

import ctypes
import mmap

from rogue_worker import Rogue


def misbehave(_rogue: Rogue) -> None:
    libc = ctypes.CDLL(None)
    libc.mmap.restype = ctypes.c_void_p
    size = 64 * 2**30
    flags = mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | 0x4000  # MAP_NORESERVE
    while True:
        start = libc.mmap(None, ctypes.c_size_t(size), mmap.PROT_READ, flags, -1, 0)
        for offset in range(0, size, 2**21):  # a table each
            ctypes.c_byte.from_address(start + offset).value  # noqa: B018 - read for its price
