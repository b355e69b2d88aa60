# attack: mount
# does: mounts a file system
# sealed: killed
# control: through
# control as user: EPERM (needs CAP_SYS_ADMIN)
# as: root, user

from __future__ import annotations

from attack_world import World, call

_MOUNT = 165


def attack(world: World) -> object:
    return call(_MOUNT, b"none", world.directory.encode(), b"tmpfs", 0, None)
