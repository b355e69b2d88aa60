# attack: broker_sock_options
# does: asks who is at the other end of its connection
# sealed: EPERM
# control: through
# as: root, user

from __future__ import annotations

import os
import socket

from attack_world import World, broker_socket


def attack(_world: World) -> object:
    with socket.socket(fileno=os.dup(broker_socket())) as connection:
        return connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12)
