"""The uids of workers: while it lives, none has one that another worker of this machine has.

Threads are counted for each user, over all processes of the machine. Brokers that stand side
by side and began at the same uid would have their workers share one bound, and a worker that
may make no thread ends, whatever it was doing.
"""

from __future__ import annotations

import contextlib
import errno
import os
import random
import socket
from collections.abc import Sequence

RANGE = range(60706, 61184)
"""By systemd's table of uids these are for nothing, so nobody else has them."""

_NAME = "\0actionsd/uid/{}"


class Uids:
    """Gives each worker of this broker a uid, where this process is root and so may.

    What tells brokers of each other is the name of an abstract socket: one process can have
    it at a time, and it is free again when that ends, however that ends. Names do not reach
    beyond a network namespace; between those, as between containers, chance does.
    """

    def __init__(self, among: Sequence[int] = RANGE) -> None:
        self._among = among
        self._given: dict[int, socket.socket | None] = {}
        self._chance = random.SystemRandom()

    def take(self) -> int | None:
        """Return a uid that no worker has, None where workers keep ours.

        Raises OSError (EAGAIN) if this broker has given out all that there are.
        """
        if os.geteuid() != 0:
            return None
        free = [uid for uid in self._among if uid not in self._given]
        if not free:
            raise OSError(errno.EAGAIN, f"all {len(self._among)} uids for workers are in use")
        self._chance.shuffle(free)
        for uid in free:
            claim = _claim(uid)
            if claim is not None:
                self._given[uid] = claim
                return uid
        # Any user may take the names of them all. To share a uid is better than not to start.
        self._given[free[0]] = None
        return free[0]

    def give_back(self, uid: int | None) -> None:
        """Let others have what `take` returned: that worker is gone."""
        claim = self._given.pop(uid, None) if uid is not None else None
        if claim is not None:
            claim.close()


def _claim(uid: int) -> socket.socket | None:
    # One that does not listen: nobody can connect to it, nor send it anything.
    claim = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_CLOEXEC)
    with contextlib.suppress(OSError):
        claim.bind(_NAME.format(uid))
        return claim
    claim.close()
    return None
