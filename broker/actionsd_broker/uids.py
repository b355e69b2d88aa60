"""The uids of workers: none has one that another worker of this machine has.

Threads are counted for each user, over all processes of the machine. Brokers that stand side
by side and began at the same uid would have their workers share one bound, and a worker that
may make no thread ends, whatever it was doing.
"""

from __future__ import annotations

import errno
import os
import secrets
import socket
from collections.abc import Sequence

from actionsd_broker import log

RANGE = range(60706, 61184)
"""By systemd's table of uids these are for nothing, so nobody else has them."""

MOST_TRIES = 32
"""To claim one before it is shared: with half of them taken that is one in billions."""

_NAME = "\0actionsd/uid/{}"


class Uids:
    """Gives each worker of this broker a uid, where this process is root and so may.

    What tells brokers of each other is the name of an abstract socket: one process can have
    it at a time, and it is free again when that ends, however that ends. Names do not reach
    beyond a network namespace; between those, as between containers, chance does.

    Any user may take the names of them all, and a machine may allow none. A uid is shared
    then: that is better than not to start. It is logged, once.
    """

    def __init__(self, among: Sequence[int] = RANGE) -> None:
        self._among = among
        self._given: dict[int, socket.socket | None] = {}
        self._warned = False

    def take(self) -> int | None:
        """Return a uid that no worker has, None where workers keep ours.

        Raises OSError (EAGAIN) if this broker has given out all that there are.
        """
        if os.geteuid() != 0:
            return None
        free = [uid for uid in self._among if uid not in self._given]
        if not free:
            raise OSError(errno.EAGAIN, f"all {len(self._among)} uids for workers are in use")
        start = secrets.randbelow(len(free))
        candidates = [*free[start:], *free[:start]][:MOST_TRIES]
        for uid in candidates:
            try:
                self._given[uid] = _claim(uid)
            except OSError as error:
                if error.errno == errno.EADDRINUSE:
                    continue  # another broker's
                return self._share(uid, error.strerror or str(error))
            return uid
        return self._share(candidates[0], "other processes have their names")

    def _share(self, uid: int, reason: str) -> int:
        self._given[uid] = None
        if not self._warned:
            self._warned = True
            log.warning("uid_shared", uid=uid, reason=reason)
        return uid

    def give_back(self, uid: int | None) -> None:
        """Let others have what `take` returned: that worker is gone."""
        claim = self._given.pop(uid, None) if uid is not None else None
        if claim is not None:
            claim.close()


def _claim(uid: int) -> socket.socket:
    # One that does not listen: nobody can connect to it, nor send it anything.
    claim = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_CLOEXEC)
    try:
        claim.bind(_NAME.format(uid))
    except OSError:
        claim.close()
        raise
    return claim
