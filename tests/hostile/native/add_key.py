# attack: add_key
# does: leaves a key with the kernel
# sealed: killed
# control: through | ENOSYS (a kernel without keys)
# as: root, user

from __future__ import annotations

from attack_world import World, call

_ADD_KEY, _PROCESS_KEYRING = 248, -2


def attack(_world: World) -> object:
    return call(_ADD_KEY, b"user", b"actionsd-attack", b"x", 1, _PROCESS_KEYRING)
