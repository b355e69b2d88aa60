# attack: broker_sock_owner_ioctl
# does: does the same by another call
# sealed: EPERM
# control: through
# as: root, user

from __future__ import annotations

import fcntl
import struct

from attack_world import World, broker_socket

_FIOSETOWN = 0x8901


def attack(world: World) -> object:
    return fcntl.ioctl(broker_socket(), _FIOSETOWN, struct.pack("i", world.broker))
