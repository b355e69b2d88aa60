"""Landlock: files, TCP, abstract sockets and signals, refused by a mechanism of its own.

A second lock behind seccomp, and the only one in the time before that is set. The ruleset
is empty, so everything that it handles is denied; what is open stays usable. It binds the
calling thread and those that it makes later: restrict a process while it has one thread,
and before it makes sockets that are to be bound too.
"""

from __future__ import annotations

import ctypes
import errno
import os
import struct

from actionsd_sandbox import syscalls

KNOWN_ABI = 7
"""The newest interface that this module was written for; a newer kernel gives all of it."""

_CREATE_RULESET_VERSION = 1

# Rights by the ABI that brought them (linux/landlock.h).
_FILES = {1: 0x1FFF, 2: 0x3FFF, 3: 0x7FFF, 5: 0xFFFF}  # 13 rights; refer; truncate; ioctl
_TCP = {4: 0b11}  # bind, connect
_SCOPES = {6: 0b11}  # abstract sockets, signals

_WAYS_OUT = {
    errno.ENOSYS: "this kernel was built without it (Linux 5.13 has it)",
    errno.EOPNOTSUPP: "it is off: add it to the kernel's boot parameter lsm=",
    errno.EPERM: "a filter around this process forbids it, or no-new-privs is not set",
}


class LandlockError(OSError):
    """Raised when the kernel has no Landlock, or does not take the ruleset."""


def restrict() -> int:
    """Deny this thread all that Landlock can deny, for good; return the ABI that was applied.

    The process must have given up gaining privileges before. Raises LandlockError if
    nothing was applied.
    """
    try:
        given = syscalls.invoke("landlock_create_ruleset", 0, 0, _CREATE_RULESET_VERSION)
        abi = min(given, KNOWN_ABI)
        attributes = ruleset(abi)
        buffer = ctypes.create_string_buffer(attributes, len(attributes))
        handle = syscalls.invoke(
            "landlock_create_ruleset", ctypes.addressof(buffer), len(attributes), 0
        )
        try:
            syscalls.invoke("landlock_restrict_self", handle, 0)
        finally:
            os.close(handle)
    except OSError as error:
        way_out = _WAYS_OUT.get(error.errno or 0, error.strerror)
        raise LandlockError(error.errno, f"no Landlock: {way_out}") from error
    return abi


def ruleset(abi: int) -> bytes:
    """Return the attributes of a ruleset that handles everything the ABI has.

    A kernel takes a longer structure than its own only if what it does not know is zero.
    """
    words = [_newest(rights, abi) for rights in (_FILES, _TCP, _SCOPES)]
    return struct.pack("=3Q", *words)


def _newest(rights: dict[int, int], abi: int) -> int:
    return max((mask for since, mask in rights.items() if since <= abi), default=0)
