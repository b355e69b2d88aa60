# attack: tcp_connect
# does: connects to a port of this machine
# sealed: killed
# control: through
# as: root, user

from __future__ import annotations

import socket

from attack_world import World


def attack(world: World) -> None:
    socket.socket().connect(("127.0.0.1", world.tcp))
