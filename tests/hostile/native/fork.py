# attack: fork
# does: makes a process
# sealed: killed
# control: through
# as: root, user

from __future__ import annotations

import os

from attack_world import World


def attack(_world: World) -> object:
    if (child := os.fork()) == 0:
        os._exit(0)
    return os.waitpid(child, 0)
