# attack: tcp_listen
# does: offers a port
# sealed: killed
# control: through
# as: root, user

from __future__ import annotations

import socket

from attack_world import World


def attack(_world: World) -> object:
    return socket.create_server(("127.0.0.1", 0))
