# attack: dumpable_undo
# does: lets itself be traced
# sealed: EINVAL
# control: through
# as: root, user

from __future__ import annotations

from attack_world import World, call

_PRCTL, _PR_SET_DUMPABLE = 157, 4


def attack(_world: World) -> object:
    return call(_PRCTL, _PR_SET_DUMPABLE, 1, 0, 0, 0)
