# attack: unix_path
# does: connects to a socket in the file system
# sealed: killed
# control: through
# as: root, user

from __future__ import annotations

import socket

from attack_world import World


def attack(world: World) -> None:
    socket.socket(socket.AF_UNIX).connect(world.unix)
