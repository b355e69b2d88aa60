# attack: bpf_map
# does: loads data for the kernel's own programs
# sealed: killed
# control: through
# control as user: EPERM (sysctl kernel.unprivileged_bpf_disabled) | through
# as: root, user

from __future__ import annotations

import struct

from attack_world import World, call

_BPF, _MAP_CREATE, _ARRAY = 321, 0, 2


def attack(_world: World) -> object:
    wanted = struct.pack("4I", _ARRAY, 4, 8, 1)
    return call(_BPF, _MAP_CREATE, wanted, len(wanted))
