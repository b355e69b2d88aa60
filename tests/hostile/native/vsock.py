# attack: vsock
# does: talks to the machine's host
# sealed: killed
# control: through | EAFNOSUPPORT (a kernel without it)
# as: root, user

from __future__ import annotations

import socket

from attack_world import World


def attack(_world: World) -> object:
    return socket.socket(socket.AF_VSOCK)
