# attack: clone3_newuser
# does: does the same by a call whose flags a filter cannot see
# sealed: ENOSYS
# control: through | ENOSPC (sysctl user.max_user_namespaces)
# as: root, user

from __future__ import annotations

import os
import signal
import struct

from attack_world import World, call

_CLONE3, _CLONE_NEWUSER = 435, 0x10000000


def attack(_world: World) -> object:
    arguments = struct.pack("11Q", _CLONE_NEWUSER, 0, 0, 0, signal.SIGCHLD, *[0] * 6)
    if (child := call(_CLONE3, arguments, len(arguments))) == 0:
        os._exit(0)
    return os.waitpid(child, 0)
