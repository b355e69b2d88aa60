# attack: dmesg
# does: reads the kernel's log
# sealed: killed
# control: through
# control as user: EPERM (sysctl kernel.dmesg_restrict) | through
# as: root, user

from __future__ import annotations

import ctypes

from attack_world import World, call

_SYSLOG, _READ_ALL = 103, 3


def attack(_world: World) -> object:
    return call(_SYSLOG, _READ_ALL, ctypes.create_string_buffer(64), 64)
