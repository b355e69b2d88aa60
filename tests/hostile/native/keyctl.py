# attack: keyctl
# does: joins a keyring
# sealed: killed
# control: through | ENOSYS (a kernel without keys)
# as: root, user

from __future__ import annotations

from attack_world import World, call

_KEYCTL, _JOIN_SESSION_KEYRING = 250, 1


def attack(_world: World) -> object:
    return call(_KEYCTL, _JOIN_SESSION_KEYRING, None)
