# attack: rlimit_raise
# does: raises its memory limit
# sealed: EPERM
# control: through
# as: root, user

from __future__ import annotations

import struct

from attack_world import World, call

_PRLIMIT64, _RLIMIT_DATA, _INFINITY = 302, 2, 0xFFFFFFFFFFFFFFFF


def attack(_world: World) -> object:
    return call(_PRLIMIT64, 0, _RLIMIT_DATA, struct.pack("2Q", _INFINITY, _INFINITY), None)
