# attack: leaked_fds
# does: uses a descriptor that it should not have: anything but eventfds, epolls and one socket
# sealed: EBADF (there is none)
# control: EBADF (the zygote leaves it none)
# as: root, user

from __future__ import annotations

import errno
import stat

from attack_world import World, descriptors


def attack(_world: World) -> object:
    modes = [mode for _, mode in descriptors()]
    strange = [mode for mode in modes if stat.S_IFMT(mode) not in {0, stat.S_IFSOCK}]
    if strange or sum(stat.S_ISSOCK(mode) for mode in modes) != 1:
        return modes
    raise OSError(errno.EBADF, "refused")
