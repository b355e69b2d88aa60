# attack: broker_sock_urgent_read
# does: reads an urgent byte
# sealed: killed
# control: EINVAL (there is none) | EOPNOTSUPP
# as: root, user

from __future__ import annotations

import ctypes

from attack_world import World, broker_socket, call

_RECVFROM, _MSG_OOB = 45, 1


def attack(_world: World) -> object:
    byte = ctypes.create_string_buffer(1)
    return call(_RECVFROM, broker_socket(), byte, 1, _MSG_OOB, None, None)
