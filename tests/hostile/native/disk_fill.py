# attack: disk_fill
# does: fills the disk; stops after a mebibyte
# sealed: EACCES
# control: through
# as: root, user

from __future__ import annotations

import os

from attack_world import MIB, World


def attack(world: World) -> object:
    return os.write(os.open(world.target, os.O_WRONLY), bytes(MIB))
