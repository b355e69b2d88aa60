# attack: perf_event
# does: watches the processor
# sealed: killed
# control: through | ENOENT (a kernel without it) | ENOSYS
# control as user: through | EACCES (sysctl kernel.perf_event_paranoid) | ENOENT | ENOSYS
# as: root, user

from __future__ import annotations

import struct

from attack_world import World, call

_PERF_EVENT_OPEN, _SOFTWARE, _SIZE = 298, 1, 112
_EXCLUDE_KERNEL, _EXCLUDE_HYPERVISOR = 1 << 5, 1 << 6


def attack(_world: World) -> object:
    wanted = struct.pack(
        "IIQQQQQ", _SOFTWARE, _SIZE, 0, 0, 0, 0, _EXCLUDE_KERNEL | _EXCLUDE_HYPERVISOR
    )
    return call(_PERF_EVENT_OPEN, wanted.ljust(_SIZE, b"\0"), 0, -1, -1, 0)
