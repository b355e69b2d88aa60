# attack: unshare_net
# does: makes a network of its own
# sealed: killed
# control: through
# control as user: EPERM (needs CAP_SYS_ADMIN)
# as: root, user

from __future__ import annotations

from attack_world import World, call

_UNSHARE, _CLONE_NEWNET = 272, 0x40000000


def attack(_world: World) -> object:
    return call(_UNSHARE, _CLONE_NEWNET)
