# attack: raw_socket
# does: sends packets of its own making
# sealed: killed
# control: through
# control as user: EPERM (needs CAP_NET_RAW)
# as: root, user

from __future__ import annotations

import socket

from attack_world import World


def attack(_world: World) -> object:
    return socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)
