# attack: broker_sock_recvmsg_fd
# does: waits for a descriptor from the broker
# sealed: killed
# control: EAGAIN (it sends none)
# as: root, user

from __future__ import annotations

import ctypes
import struct

from attack_world import World, broker_socket, call

_RECVMSG, _MSG_DONTWAIT = 47, 0x40


def attack(_world: World) -> object:
    byte, control = ctypes.create_string_buffer(1), ctypes.create_string_buffer(24)
    vector = ctypes.create_string_buffer(struct.pack("PN", ctypes.addressof(byte), 1), 16)
    words = (0, 0, ctypes.addressof(vector), 1, ctypes.addressof(control), 24, 0)
    header = ctypes.create_string_buffer(struct.pack("PNPNPNi", *words), 56)
    return call(_RECVMSG, broker_socket(), header, _MSG_DONTWAIT)
