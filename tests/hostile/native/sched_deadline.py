# attack: sched_deadline
# does: reserves a share of a core
# sealed: EPERM
# control: through
# control as user: EPERM (needs CAP_SYS_NICE)
# as: root, user

from __future__ import annotations

import struct

from attack_world import World, call

_SCHED_SETATTR, _SCHED_DEADLINE = 314, 6
_MILLISECOND = 1_000_000


def attack(_world: World) -> object:
    times = (_MILLISECOND, 100 * _MILLISECOND, 100 * _MILLISECOND)
    wanted = struct.pack("IIQiI3Q", 48, _SCHED_DEADLINE, 0, 0, 0, *times)
    call(_SCHED_SETATTR, 0, wanted, 0)
    return call(_SCHED_SETATTR, 0, struct.pack("IIQiI3Q", 48, *[0] * 7), 0)
