# attack: pipe
# does: makes a pipe, whose buffer no limit of ours counts
# sealed: EPERM
# control: through
# as: root, user

from __future__ import annotations

import os

from attack_world import World


def attack(_world: World) -> object:
    return os.pipe()
