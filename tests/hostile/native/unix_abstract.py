# attack: unix_abstract
# does: connects to a socket that is in no file system
# sealed: killed
# control: through
# as: root, user

from __future__ import annotations

import socket

from attack_world import World


def attack(world: World) -> None:
    socket.socket(socket.AF_UNIX).connect("\0" + world.abstract)
