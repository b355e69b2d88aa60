# attack: memfd_create
# does: makes a file that is in no file system
# sealed: killed
# control: through
# as: root, user

from __future__ import annotations

import os

from attack_world import World


def attack(_world: World) -> object:
    return os.memfd_create("memory")
