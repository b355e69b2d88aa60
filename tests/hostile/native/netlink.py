# attack: netlink
# does: asks the kernel for its interfaces
# sealed: killed
# control: through
# as: root, user

from __future__ import annotations

import socket

from attack_world import World


def attack(_world: World) -> None:
    socket.socket(socket.AF_NETLINK, socket.SOCK_RAW).bind((0, 0))
