# attack: packet_socket
# does: listens to the wire
# sealed: killed
# control: through
# control as user: EPERM (needs CAP_NET_RAW)
# as: root, user

from __future__ import annotations

import socket

from attack_world import World


def attack(_world: World) -> object:
    return socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
