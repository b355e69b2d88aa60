# attack: kill_broker
# does: signals the broker
# sealed: killed
# control: through
# as: root, user

from __future__ import annotations

import os
import signal

from attack_world import World


def attack(world: World) -> None:
    os.kill(world.broker, signal.SIGCONT)
