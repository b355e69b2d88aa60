# attack: x32_abi
# does: makes a system call by the numbers of x32 programs
# sealed: killed
# control: ENOSYS (a kernel without them) | through
# as: root, user

from __future__ import annotations

from attack_world import World, call

_X32, _GETPID = 0x40000000, 39


def attack(_world: World) -> object:
    return call(_X32 | _GETPID)
