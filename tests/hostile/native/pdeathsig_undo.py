# attack: pdeathsig_undo
# does: outlives its parent
# sealed: EINVAL
# control: through
# as: root, user

from __future__ import annotations

from attack_world import World, call

_PRCTL, _PR_SET_PDEATHSIG = 157, 1


def attack(_world: World) -> object:
    return call(_PRCTL, _PR_SET_PDEATHSIG, 0, 0, 0, 0)
