# attack: fork_bomb
# does: makes processes without end; stops after 20
# sealed: killed
# control: through
# as: root, user

from __future__ import annotations

import os

from attack_world import World

_BOUND = 20


def attack(_world: World) -> object:
    children = []
    for _ in range(_BOUND):
        if (child := os.fork()) == 0:
            os._exit(0)
        children.append(child)
    return [os.waitpid(child, 0) for child in children]
