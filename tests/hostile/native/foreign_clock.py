# attack: foreign_clock
# does: reads to the nanosecond what another process computes
# sealed: EINVAL
# control: through
# as: root, user

from __future__ import annotations

import time

from attack_world import World

_OF_PROCESS = 2


def attack(world: World) -> object:
    return time.clock_gettime((~world.broker << 3) | _OF_PROCESS)
