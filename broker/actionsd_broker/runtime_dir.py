"""The directory of the daemon's sockets, and the lock that keeps it to one daemon."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from actionsd_broker.errors import StartError


def make_private(directory: Path) -> None:
    """Create a directory for sockets, or check it: nobody else may reach into it.

    Raises StartError if it belongs to somebody else or cannot be made.
    """
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        status = directory.stat()
    except OSError as error:
        raise StartError(f"{directory}: cannot be made: {error.strerror}") from error
    if status.st_mode & 0o022:
        raise StartError(f"{directory}: others may write to it; chmod go-w, or choose another")
    if status.st_uid != os.geteuid():
        raise StartError(f"{directory}: belongs to uid {status.st_uid}, not to {os.geteuid()}")


class Lock:
    """Held for as long as the daemon runs; the kernel lets go of it however that ends."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("a+")
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._file.seek(0)
            holder = self._file.read().strip() or "unknown"
            self._file.close()
            raise StartError(
                f"{path}: another actionsd (pid {holder}) serves this endpoint; "
                "stop it, or give this one another endpoint"
            ) from None
        self._file.truncate(0)
        self._file.write(f"{os.getpid()}\n")
        self._file.flush()

    def release(self) -> None:
        """Let the next daemon have the endpoint."""
        self._file.close()
