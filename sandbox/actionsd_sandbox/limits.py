"""Limits of the process that holds the isolates.

For now what keeps a worker from outliving its broker and from leaving traces on disk;
the seal proper (seccomp, Landlock, memory) is not built yet.
"""

from __future__ import annotations

import ctypes
import os
import resource
import signal

_PR_SET_PDEATHSIG = 1
_PR_SET_DUMPABLE = 4
_PR_SET_NO_NEW_PRIVS = 38


class LimitError(OSError):
    """Raised when the kernel refuses a limit."""


def apply_limits(parent: int) -> None:
    """Bind this process to its parent, give up privileges to gain, allow no core dumps.

    Raises LimitError if the kernel refuses, or if the parent is gone already.
    """
    _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    # The parent may have died before the line above: then its signal never comes.
    if os.getppid() != parent:
        raise LimitError(f"the broker (pid {parent}) is gone")
    _prctl(_PR_SET_NO_NEW_PRIVS, 1)
    _prctl(_PR_SET_DUMPABLE, 0)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _prctl(option: int, value: int) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(option, value, 0, 0, 0) != 0:
        error = ctypes.get_errno()
        raise LimitError(error, f"prctl({option}, {value}): {os.strerror(error)}")
