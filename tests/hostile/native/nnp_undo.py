# attack: nnp_undo
# does: may gain privileges by exec again
# sealed: EINVAL
# control: EINVAL (nobody may)
# as: root, user

from __future__ import annotations

from attack_world import World, call

_PRCTL, _PR_SET_NO_NEW_PRIVS = 157, 38


def attack(_world: World) -> object:
    return call(_PRCTL, _PR_SET_NO_NEW_PRIVS, 0, 0, 0, 0)
