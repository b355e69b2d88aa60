"""Namespaces: a network without interfaces, a root directory with nothing in it.

Only a process of one thread may do this. Where the system does not allow it (an ordinary
container, a hardened distribution) nothing is lost that another layer does not refuse
too; what it adds is a second lock, and a count of threads that is this worker's alone.
"""

from __future__ import annotations

import os
from pathlib import Path

from actionsd_sandbox import kernel

SOCKET = "/s"
"""Where the broker's socket is in the empty root."""

_BASE = (
    kernel.CLONE_NEWNS
    | kernel.CLONE_NEWNET
    | kernel.CLONE_NEWIPC
    | kernel.CLONE_NEWUTS
    | kernel.CLONE_NEWCGROUP
)
_TIGHT = kernel.MS_NOSUID | kernel.MS_NODEV | kernel.MS_NOEXEC


def enter() -> str:
    """Move into namespaces of our own; raises OSError where that is not allowed."""
    uid, gid = os.geteuid(), os.getegid()
    if uid == 0:
        kernel.unshare(_BASE)
        return "network, mounts, IPC, host name, cgroups"
    kernel.unshare(_BASE | kernel.CLONE_NEWUSER)
    _write("/proc/self/setgroups", "deny")
    _write("/proc/self/uid_map", f"{uid} {uid} 1")
    _write("/proc/self/gid_map", f"{gid} {gid} 1")
    return "users, network, mounts, IPC, host name, cgroups"


def empty_root(directory: str, socket: str) -> str:
    """Make a read-only file system with nothing in it but a socket the root.

    `directory` must exist and be empty; it stays so for everybody else. Raises OSError;
    the root is then what it was.
    """
    kernel.mount("none", "/", "none", kernel.MS_REC | kernel.MS_PRIVATE)
    kernel.mount("none", directory, "tmpfs", _TIGHT, "size=4k,nr_inodes=4,mode=755")
    place = Path(directory + SOCKET)
    place.touch(mode=0o600)
    kernel.mount(socket, str(place), "none", kernel.MS_BIND)
    kernel.mount("none", directory, "none", kernel.MS_REMOUNT | kernel.MS_RDONLY | _TIGHT)
    os.chdir(directory)
    kernel.pivot_root(".", ".")
    kernel.unmount(".")  # the old root, which lies upon the new one
    os.chdir("/")
    return "nothing in it but the broker's socket"


def leave_root(directory: str) -> str:
    """Make an empty directory the root, where a mount is not allowed but chroot is."""
    os.chroot(directory)
    os.chdir("/")
    return "an empty directory"


def _write(path: str, text: str) -> None:
    with open(path, "w", encoding="ascii") as file:  # noqa: PTH123 - procfs wants one write, and no truncation
        file.write(text)
