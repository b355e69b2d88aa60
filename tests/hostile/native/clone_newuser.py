# attack: clone_newuser
# does: makes a process that is root in a namespace of its own
# sealed: killed
# control: through | ENOSPC (sysctl user.max_user_namespaces)
# as: root, user

from __future__ import annotations

import os
import signal

from attack_world import World, call

_CLONE, _CLONE_NEWUSER = 56, 0x10000000


def attack(_world: World) -> object:
    if (child := call(_CLONE, _CLONE_NEWUSER | signal.SIGCHLD, 0, 0, 0, 0)) == 0:
        os._exit(0)
    return os.waitpid(child, 0)
