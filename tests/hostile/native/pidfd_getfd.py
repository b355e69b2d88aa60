# attack: pidfd_getfd
# does: takes a descriptor out of the broker
# sealed: killed
# control: through
# as: root, user

from __future__ import annotations

import os

from attack_world import World, call

_PIDFD_GETFD = 438


def attack(world: World) -> object:
    return call(_PIDFD_GETFD, os.pidfd_open(world.broker), 1, 0)
