# attack: broker_sock_sendmsg_fd
# does: passes a descriptor to the broker over its own connection
# sealed: killed
# control: through
# as: root, user

from __future__ import annotations

import ctypes
import struct

from attack_world import World, broker_socket, call

_SENDMSG, _SOL_SOCKET, _SCM_RIGHTS = 46, 1, 1


def attack(_world: World) -> object:
    byte = ctypes.create_string_buffer(b"x", 1)
    vector = ctypes.create_string_buffer(struct.pack("PN", ctypes.addressof(byte), 1), 16)
    control = ctypes.create_string_buffer(
        struct.pack("Niii4x", 20, _SOL_SOCKET, _SCM_RIGHTS, 0), 24
    )
    words = (0, 0, ctypes.addressof(vector), 1, ctypes.addressof(control), 24, 0)
    return call(_SENDMSG, broker_socket(), struct.pack("PNPNPNi", *words), 0)
