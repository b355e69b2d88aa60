# attack: broker_mem_file
# does: reads the broker's memory as a file
# sealed: EACCES
# control: through
# as: root, user

from __future__ import annotations

import os

from attack_world import World


def attack(world: World) -> object:
    return os.pread(os.open(f"/proc/{world.broker}/mem", os.O_RDONLY), 10, world.secret)
