# attack: self_mem_write
# does: writes its own memory as a file, past the pages' protection
# sealed: EACCES
# control: through
# as: root, user

from __future__ import annotations

import os

from attack_world import World


def attack(world: World) -> object:
    return os.pwrite(os.open("/proc/self/mem", os.O_RDWR), b"x", world.secret)
