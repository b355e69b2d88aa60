# attack: vm_writev_broker
# does: writes into the broker's memory
# sealed: killed
# control: through
# as: root, user

from __future__ import annotations

import ctypes
import struct

from attack_world import World, call

_PROCESS_VM_WRITEV = 311


def attack(world: World) -> object:
    bytes_ = ctypes.create_string_buffer(b"the broker's", 12)
    here = struct.pack("PQ", ctypes.addressof(bytes_), len(bytes_))
    there = struct.pack("PQ", world.secret, len(bytes_))
    return call(_PROCESS_VM_WRITEV, world.broker, here, 1, there, 1, 0)
