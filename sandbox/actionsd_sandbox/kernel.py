"""System calls that Python 3.11 does not offer, as functions that raise OSError.

Thin on purpose: what to ask of the kernel, and in which order, is decided in `seal`.
"""

from __future__ import annotations

import ctypes
import os

PR_SET_PDEATHSIG = 1
PR_SET_DUMPABLE = 4
PR_CAPBSET_READ = 23
PR_CAPBSET_DROP = 24
PR_SET_NO_NEW_PRIVS = 38
PR_CAP_AMBIENT = 47
PR_CAP_AMBIENT_CLEAR_ALL = 4

CLONE_NEWNS = 0x00020000
CLONE_NEWCGROUP = 0x02000000
CLONE_NEWUTS = 0x04000000
CLONE_NEWIPC = 0x08000000
CLONE_NEWUSER = 0x10000000
CLONE_NEWNET = 0x40000000

MS_RDONLY = 1
MS_NOSUID = 2
MS_NODEV = 4
MS_NOEXEC = 8
MS_REMOUNT = 32
MS_BIND = 4096
MS_REC = 16384
MS_PRIVATE = 1 << 18
MNT_DETACH = 2

_CAPABILITY_VERSION_3 = 0x20080522

_LIBC = ctypes.CDLL(None, use_errno=True)


def prctl(option: int, first: int = 0, second: int = 0) -> int:
    """Set or ask a property of this process (prctl(2))."""
    result: int = _LIBC.prctl(option, *map(ctypes.c_ulong, (first, second, 0, 0)))
    return _checked(result, f"prctl({option}, {first})")


def unshare(flags: int) -> None:
    """Leave the namespaces that the flags name."""
    _checked(_LIBC.unshare(flags), f"unshare({flags:#x})")


def mount(source: str, target: str, kind: str, flags: int, data: str = "") -> None:
    """Mount something, or change how it is mounted (mount(2))."""
    texts = [text.encode() for text in (source, target, kind)]
    result = _LIBC.mount(*texts, ctypes.c_ulong(flags), data.encode())
    _checked(result, f"mount({target})")


def unmount(target: str) -> None:
    """Detach what is mounted somewhere, at once."""
    _checked(_LIBC.umount2(target.encode(), MNT_DETACH), f"umount({target})")


def pivot_root(new: str, old: str) -> None:
    """Make another mount the root of this process's mount namespace."""
    _checked(_LIBC.pivot_root(new.encode(), old.encode()), f"pivot_root({new})")


def clear_capabilities() -> None:
    """Drop every capability of the calling thread; other threads keep theirs."""
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION_3, 0)
    none = (ctypes.c_uint32 * 6)()
    _checked(_LIBC.capset(header, none), "capset")


def _checked(result: int, call: str) -> int:
    if result < 0:
        error = ctypes.get_errno()
        raise OSError(error, f"{call}: {os.strerror(error)}")
    return result
