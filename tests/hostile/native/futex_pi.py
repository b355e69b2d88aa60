# attack: futex_pi
# does: takes a lock with inherited priority, where the kernel had its holes
# sealed: ENOSYS
# control: through
# as: root, user

from __future__ import annotations

import ctypes

from attack_world import World, call

_FUTEX, _LOCK_PI, _PRIVATE = 202, 6, 0x80


def attack(_world: World) -> object:
    return call(_FUTEX, ctypes.byref(ctypes.c_uint32(0)), _LOCK_PI | _PRIVATE, 0, None, None, 0)
