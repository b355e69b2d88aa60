# attack: msgget
# does: makes a queue that others can reach
# sealed: killed
# control: through
# as: root, user

from __future__ import annotations

from attack_world import World, call

_MSGGET, _MSGCTL, _IPC_RMID = 68, 71, 0


def attack(_world: World) -> object:
    return call(_MSGCTL, call(_MSGGET, 0, 0o600), _IPC_RMID, None)
