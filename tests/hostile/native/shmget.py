# attack: shmget
# does: makes memory that others can reach
# sealed: killed
# control: through
# as: root, user

from __future__ import annotations

from attack_world import World, call

_SHMGET, _SHMCTL, _IPC_RMID = 29, 31, 0


def attack(_world: World) -> object:
    return call(_SHMCTL, call(_SHMGET, 0, 4096, 0o600), _IPC_RMID, None)
