"""What a process may do because of who it is: given up here, for good.

Credentials belong to threads. glibc carries a change of uid over to every thread, and a
change away from root clears their capabilities; a capset(2) is the calling thread's own.
"""

from __future__ import annotations

import contextlib
import os
import signal
import threading

from actionsd_sandbox import kernel, syscalls

_LAST_CAPABILITY = 63


class ParentGoneError(OSError):
    """Raised when the process that this one must not outlive has ended already."""


def die_with(parent: int) -> str:
    """Be killed when the parent (a pid) ends; cleared by a change of uid, so asked for twice."""
    kernel.prctl(kernel.PR_SET_PDEATHSIG, signal.SIGKILL)
    # The parent may have died before the line above: then its signal never comes.
    if os.getppid() != parent:
        raise ParentGoneError(f"the parent (pid {parent}) is gone")
    return "killed when its parent ends"


def gain_nothing() -> str:
    """Let no exec give us more than we have; seccomp and Landlock ask for it."""
    kernel.prctl(kernel.PR_SET_NO_NEW_PRIVS, 1)
    return "no exec gains any"


def hide_memory() -> str:
    """Let nobody but root trace this process or read its memory."""
    kernel.prctl(kernel.PR_SET_DUMPABLE, 0)
    return "not to be traced or dumped"


def drop_capabilities(*, keep_effective: bool) -> str:
    """Empty the bounding and ambient sets, and all others unless a change of uid will.

    Keeping them costs nothing where `become` follows: it takes them from every thread,
    those that a library has made in between included.
    """
    for capability in range(_LAST_CAPABILITY + 1):
        try:
            present = kernel.prctl(kernel.PR_CAPBSET_READ, capability)
        except OSError:
            break  # beyond the last that this kernel knows
        if present:
            _drop_bounding(capability)
    kernel.prctl(kernel.PR_CAP_AMBIENT, kernel.PR_CAP_AMBIENT_CLEAR_ALL)
    if not keep_effective:
        kernel.clear_capabilities()
    return "none left"


def _drop_bounding(capability: int) -> None:
    # Without CAP_SETPCAP it stays: an ordinary user's, which no exec can turn into rights.
    with contextlib.suppress(PermissionError):
        kernel.prctl(kernel.PR_CAPBSET_DROP, capability)


def obstacle(uid: int) -> OSError | None:
    """Return what keeps this process from becoming a user, None if nothing does.

    A thread tries it that ends then: behind glibc's back a change is the thread's own.
    The process may be dumped afterwards, or not: say so again.
    """
    met: list[OSError] = []

    def attempt() -> None:
        try:
            syscalls.invoke("setgroups", 0, 0)
            syscalls.invoke("setresgid", uid, uid, uid)
            syscalls.invoke("setresuid", uid, uid, uid)
        except OSError as error:
            met.append(error)

    thread = threading.Thread(target=attempt)
    thread.start()
    thread.join()
    return met[0] if met else None


def become(uid: int) -> str:
    """Become an ordinary user of which there is no other process, in every thread."""
    os.setgroups([])
    os.setresgid(uid, uid, uid)
    os.setresuid(uid, uid, uid)
    return f"uid {uid}"
