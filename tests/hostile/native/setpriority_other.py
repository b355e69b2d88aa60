# attack: setpriority_other
# does: makes another worker slower
# sealed: EPERM
# control: through
# as: root, user

from __future__ import annotations

import os

from attack_world import World


def attack(world: World) -> None:
    os.setpriority(os.PRIO_PROCESS, world.neighbour, 1)
