# attack: aio
# does: has the kernel read and write behind its back
# sealed: EPERM
# control: through | ENOSYS (a kernel without it)
# as: root, user

from __future__ import annotations

import ctypes

from attack_world import World, call

_IO_SETUP = 206


def attack(_world: World) -> object:
    return call(_IO_SETUP, 1, ctypes.byref(ctypes.c_ulong()))
