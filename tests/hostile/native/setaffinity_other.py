# attack: setaffinity_other
# does: pins another worker to a core
# sealed: EPERM
# control: through
# as: root, user

from __future__ import annotations

import os

from attack_world import World


def attack(world: World) -> None:
    os.sched_setaffinity(world.neighbour, {min(os.sched_getaffinity(0))})
