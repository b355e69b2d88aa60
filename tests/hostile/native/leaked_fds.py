# attack: leaked_fds
# does: uses a descriptor beyond eventfds, epolls, its own figures and the one socket
# sealed: EBADF (there is none)
# control: EBADF (the zygote leaves it none)
# as: root, user

from __future__ import annotations

import errno
import os
import stat

from attack_world import World, descriptors

_EVENTFD_OR_EPOLL = 0
_FIGURES = 7


def attack(_world: World) -> object:
    opened = [(number, mode) for number, mode in descriptors() if not _is_known(number, mode)]
    if opened or sum(stat.S_ISSOCK(mode) for _, mode in descriptors()) != 1:
        return opened
    raise OSError(errno.EBADF, "refused")


def _is_known(number: int, mode: int) -> bool:
    if stat.S_ISREG(mode):
        os.lseek(number, 0, os.SEEK_SET)
        return len(os.read(number, 256).split()) == _FIGURES  # /proc/self/statm
    return stat.S_ISSOCK(mode) or stat.S_IFMT(mode) == _EVENTFD_OR_EPOLL
