# attack: udp_send
# does: sends a datagram
# sealed: killed
# control: through
# as: root, user

from __future__ import annotations

import socket

from attack_world import World


def attack(world: World) -> object:
    return socket.socket(type=socket.SOCK_DGRAM).sendto(b"x", ("127.0.0.1", world.udp))
