# attack: socketpair
# does: makes a pair of sockets
# sealed: killed
# control: through
# as: root, user

from __future__ import annotations

import socket

from attack_world import World


def attack(_world: World) -> object:
    return socket.socketpair()
