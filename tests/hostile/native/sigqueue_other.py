# attack: sigqueue_other
# does: sends another worker a signal with a value
# sealed: killed
# control: through
# as: root, user

from __future__ import annotations

import signal
import struct

from attack_world import World, call

_RT_SIGQUEUEINFO, _SI_QUEUE = 129, -1


def attack(world: World) -> object:
    info = struct.pack("3i116x", signal.SIGCONT, 0, _SI_QUEUE)
    return call(_RT_SIGQUEUEINFO, world.neighbour, signal.SIGCONT, info)
