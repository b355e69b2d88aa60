# attack: clone_sharing_memory
# does: makes a process on its own memory, which no limit of threads counts
# sealed: killed
# control: none (parent and child would run on one stack)
# as: root, user

from __future__ import annotations

import signal

from attack_world import World, call

_CLONE, _CLONE_VM = 56, 0x100


def attack(_world: World) -> object:
    return call(_CLONE, _CLONE_VM | signal.SIGCHLD, 0, 0, 0, 0)
