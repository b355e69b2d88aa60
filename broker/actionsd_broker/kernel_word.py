"""What the kernel says of a worker process: its threads' privileges, its CPU, its memory.

Read from outside, from files and a clock that the process itself cannot touch.
"""

from __future__ import annotations

import os
import re
import time
from pathlib import Path

from actionsd_broker.proof import ThreadWord

_PAGE_BYTES = 8192
_HELD = re.compile(rb"^Vm(?:RSS|PTE|Swap):\s*(\d+) kB$", re.MULTILINE)


def threads(pid: int) -> list[ThreadWord]:
    """Return what is said of each thread; none if the process has ended."""
    words = []
    for directory in Path(f"/proc/{pid}/task").glob("*"):
        try:
            words.append(parse_status((directory / "status").read_text("ascii", "replace")))
        except OSError:
            continue  # a thread that ended while we looked
    return words


def parse_status(text: str) -> ThreadWord:
    """Return what a status page says; a line that is not there counts as the worst."""
    fields = dict(line.split(":\t", 1) for line in text.splitlines() if ":\t" in line)
    masks = [int(fields.get(name, "1").strip(), 16) for name in ("CapEff", "CapPrm", "CapInh")]
    return ThreadWord(
        seccomp=int(fields.get("Seccomp", "0")),
        no_new_privileges=fields.get("NoNewPrivs", "0").strip() == "1",
        capabilities=masks[0] | masks[1] | masks[2],
        uids=frozenset(int(uid) for uid in fields.get("Uid", "0").split()),
    )


def cpu_seconds(pid: int) -> float:
    """Return the CPU that all threads of a process have spent; raises OSError if it is gone."""
    # The clock id of a process, as clock_getcpuclockid(3) makes it: half a microsecond a
    # look and nanoseconds exact, where /proc has ticks of 10 ms.
    return time.clock_gettime((~pid << 3) | 2)


def resident_bytes(pid: int) -> int:
    """Return the memory that a process holds, in bytes; raises OSError if it is gone.

    The tables that map it are counted too: they alone can be made to grow without a page
    of memory, and no limit of the kernel's counts them. So is what was swapped out.
    """
    return parse_held(read(f"/proc/{pid}/status"))


def read(page: str) -> bytes:
    """Return one of the kernel's small pages, in half the time that `Path` takes."""
    descriptor = os.open(page, os.O_RDONLY | os.O_CLOEXEC)
    try:
        return os.read(descriptor, _PAGE_BYTES)
    finally:
        os.close(descriptor)


def parse_held(status: bytes) -> int:
    """Return the bytes that a status page says are held."""
    return sum(int(kilobytes) for kilobytes in _HELD.findall(status)) * 1024


def parent(pid: int) -> int | None:
    """Return the process that a process was forked from, None if it has ended."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_bytes()
    except OSError:
        return None
    # The name in parentheses may hold anything, so count from behind it.
    return int(stat.rpartition(b")")[2].split()[1])
