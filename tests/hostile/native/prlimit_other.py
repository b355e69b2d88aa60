# attack: prlimit_other
# does: lowers another worker's limits
# sealed: EPERM
# control: through
# as: root, user

from __future__ import annotations

import resource

from attack_world import World


def attack(world: World) -> object:
    return resource.prlimit(world.neighbour, resource.RLIMIT_CORE, (0, 0))
