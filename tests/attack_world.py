"""What native code in a worker finds around it, and how it asks the kernel for things.

For the attacks in `hostile/native`: each is a function of a `World` that does what it is
named after, and raises the OSError that kept it from it. What a wall hides from a sealed
process, but an attacker could know all the same, is here too: names, pids, addresses.
"""

from __future__ import annotations

import ctypes
import errno
import os
import stat
import time
from collections.abc import Iterator
from typing import NamedTuple

# A PyDLL keeps the GIL: who copies the process by a bare call finds nobody else holding it.
_LIBC = ctypes.PyDLL(None, use_errno=True)
_LIBC.syscall.restype = ctypes.c_long

PAGE = 4096
MIB = 2**20
PIECE = 8 * MIB
TABLE_REACH = 2 * MIB
"""What one page of the lowest table maps."""

PROT_NONE, PROT_READ, PROT_WRITE, PROT_EXEC = 0, 1, 2, 4
MAP_SHARED, MAP_PRIVATE, MAP_FIXED, MAP_ANONYMOUS = 1, 2, 0x10, 0x20
MAP_GROWSDOWN, MAP_NORESERVE = 0x100, 0x4000

_FSTAT = 5

DESCRIPTORS = 1024
"""Where a search for open descriptors ends."""


class Range(NamedTuple):
    """Addresses, the end not included."""

    start: int
    end: int


class World(NamedTuple):
    """Names, pids and addresses.

    `broker` and `neighbour` are processes that stand for the broker and for another
    worker; `secret` is the address of bytes that both have. `target` is a file, and
    `directory` where it is. `code` is V8's range of executable pages, `stack` the main
    thread's. `budget` is what memory the worker may take, `amount` what an attack takes.
    """

    broker: int
    neighbour: int
    secret: int
    tcp: int
    udp: int
    unix: str
    abstract: str
    directory: str
    target: str
    code: Range
    stack: Range
    budget: int
    amount: int
    sealed: bool


def call(number: int, *arguments: object) -> int:
    """Make a system call by its number on x86-64; raise the OSError that came of it.

    Arguments are integers, bytes that outlive the call, None, or ctypes objects.
    """
    ctypes.set_errno(0)
    result: int = _LIBC.syscall(ctypes.c_long(number), *map(_word, arguments))
    if result == -1:
        error = ctypes.get_errno()
        raise OSError(error, os.strerror(error))
    return result


def _word(argument: object) -> object:
    return ctypes.c_long(argument) if isinstance(argument, int) else argument


def map_memory(length: int, protection: int, flags: int, at: int = 0) -> int:
    """Map memory that is no file's; return its address."""
    return call(9, at, length, protection, flags | MAP_ANONYMOUS, -1, 0)


def unmap(start: int, length: int) -> None:
    """Give memory back."""
    call(11, start, length)


def fill(start: int, length: int) -> None:
    """Write into every page of a mapping, so that it takes memory."""
    ctypes.memset(start, 1, length)


def look(start: int, length: int, step: int) -> None:
    """Read here and there in a mapping."""
    for address in range(start, start + length, step):
        ctypes.c_ubyte.from_address(address).value  # noqa: B018 - the access is the point


def linger(world: World) -> str:
    """Hold what was taken until somebody comes; a control has shown enough."""
    while world.sealed:
        time.sleep(1)
    return "taken"


def open_or_any(path: str) -> int:
    """Open a file; where that is refused, return a descriptor to go on with."""
    try:
        return os.open(path, os.O_RDONLY)
    except OSError:
        return 0


def descriptors() -> Iterator[tuple[int, int]]:
    """Give the open descriptors beyond the standard ones, with their modes."""
    status = ctypes.create_string_buffer(144)
    for descriptor in range(3, DESCRIPTORS):
        try:
            call(_FSTAT, descriptor, status)  # glibc asks by an empty path, which is refused
        except OSError as error:
            if error.errno != errno.EBADF:
                raise
            continue
        yield descriptor, int.from_bytes(status.raw[24:28], "little")


def broker_socket() -> int:
    """Return the descriptor of the one connection that a worker has."""
    return next(number for number, mode in descriptors() if stat.S_ISSOCK(mode))
