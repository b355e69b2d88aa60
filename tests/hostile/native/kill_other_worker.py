# attack: kill_other_worker
# does: signals another worker
# sealed: killed
# control: through
# as: root, user

from __future__ import annotations

import os
import signal

from attack_world import World


def attack(world: World) -> None:
    os.kill(world.neighbour, signal.SIGCONT)
