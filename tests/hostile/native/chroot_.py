# attack: chroot_
# does: moves its root, to climb out of it
# sealed: killed
# control: through
# control as user: EPERM (needs CAP_SYS_CHROOT)
# as: root, user

from __future__ import annotations

import os

from attack_world import World


def attack(world: World) -> None:
    os.chroot(world.directory)
