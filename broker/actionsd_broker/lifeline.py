"""That a process which the daemon starts never outlives it, however the daemon ends.

For the gateway; workers see to it themselves (actionsd_sandbox), which the broker does not
import.
"""

from __future__ import annotations

import ctypes
import os
import signal

from actionsd_broker.errors import StartError

_PR_SET_PDEATHSIG = 1


def die_with(parent: int) -> None:
    """Have this process killed when its parent (a pid) ends; raises StartError if it has."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0) != 0:
        raise StartError(f"prctl: {os.strerror(ctypes.get_errno())}")
    # The parent may have died before the line above: then its signal never comes.
    if os.getppid() != parent:
        raise StartError(f"the daemon that this is for (pid {parent}) is gone")
