# attack: capset_full
# does: takes a capability
# sealed: killed
# control: through (it has it)
# control as user: EPERM (may only give up)
# as: root, user

from __future__ import annotations

import struct

from attack_world import World, call

_CAPSET, _VERSION_3, _SYS_ADMIN = 126, 0x20080522, 1 << 21


def attack(_world: World) -> object:
    header = struct.pack("Ii", _VERSION_3, 0)
    return call(_CAPSET, header, struct.pack("6I", _SYS_ADMIN, _SYS_ADMIN, 0, 0, 0, 0))
