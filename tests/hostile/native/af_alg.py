# attack: af_alg
# does: uses the kernel's ciphers
# sealed: killed
# control: through | EAFNOSUPPORT (a kernel without them) | ENOENT
# as: root, user

from __future__ import annotations

import socket

from attack_world import World


def attack(_world: World) -> None:
    socket.socket(socket.AF_ALG, socket.SOCK_SEQPACKET).bind(("hash", "sha256"))
