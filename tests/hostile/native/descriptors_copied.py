# attack: descriptors_copied
# does: copies descriptors without end
# sealed: EPERM
# control: through
# as: root, user

from __future__ import annotations

import os

from attack_world import World


def attack(_world: World) -> object:
    return [os.dup(0) for _ in range(100)]
