# attack: io_uring
# does: has the kernel make system calls for it
# sealed: killed
# control: through | EPERM (sysctl kernel.io_uring_disabled) | ENOSYS
# as: root, user

from __future__ import annotations

import ctypes

from attack_world import World, call

_IO_URING_SETUP = 425


def attack(_world: World) -> object:
    return call(_IO_URING_SETUP, 1, ctypes.create_string_buffer(120))
