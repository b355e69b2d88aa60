# attack: personality
# does: has its programs laid out where it can guess
# sealed: killed
# control: through
# as: root, user

from __future__ import annotations

from attack_world import World, call

_PERSONALITY, _ADDR_NO_RANDOMIZE = 135, 0x0040000


def attack(_world: World) -> object:
    return call(_PERSONALITY, _ADDR_NO_RANDOMIZE)
