# attack: broker_environ
# does: reads the broker's environment
# sealed: EACCES
# control: through
# as: root, user

from __future__ import annotations

import os

from attack_world import World


def attack(world: World) -> object:
    return os.read(os.open(f"/proc/{world.broker}/environ", os.O_RDONLY), 10)
