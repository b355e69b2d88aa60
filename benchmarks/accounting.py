"""What processes have spent and what they hold."""

from __future__ import annotations

import psutil
from msgspec import Struct

MIB = 2**20


class Memory(Struct, frozen=True):
    """What a process holds: its share of everything, and what is its alone."""

    pss_mib: float
    uss_mib: float


def own_cpu(process: psutil.Process) -> float:
    """Return the seconds of CPU of a process, in user and kernel."""
    times = process.cpu_times()
    return float(times.user + times.system)


def brood_cpu(parent: psutil.Process) -> float:
    """Return the seconds of CPU of a process and its children, of dead ones too."""
    return own_cpu(parent) + children_cpu(parent)


def children_cpu(parent: psutil.Process) -> float:
    """Return the seconds of CPU of a process's children, of dead ones too.

    The kernel adds what a child has spent to its parent's account when the parent takes
    note of its death, so nothing is lost when workers are replaced.
    """
    while True:
        buried = parent.cpu_times()
        try:
            alive = sum(own_cpu(child) for child in parent.children())
        except psutil.NoSuchProcess:
            continue  # it died just now: it is in the other account
        return float(buried.children_user + buried.children_system + alive)


def memory_of(process: psutil.Process) -> Memory | None:
    """Return what a process holds; None if it has gone, or is not ours to look at."""
    try:
        memory = process.memory_full_info()
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return None
    return Memory(round(memory.pss / MIB, 1), round(memory.uss / MIB, 1))
