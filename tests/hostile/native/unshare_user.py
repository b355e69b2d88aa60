# attack: unshare_user
# does: becomes root in a namespace of its own
# sealed: killed
# control: EINVAL (the kernel wants one thread, and ZeroMQ has its own)
# as: root, user

from __future__ import annotations

from attack_world import World, call

_UNSHARE, _CLONE_NEWUSER = 272, 0x10000000


def attack(_world: World) -> object:
    return call(_UNSHARE, _CLONE_NEWUSER)
