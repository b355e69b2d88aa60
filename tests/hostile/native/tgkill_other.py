# attack: tgkill_other
# does: signals a thread of another worker
# sealed: killed
# control: through
# as: root, user

from __future__ import annotations

import signal

from attack_world import World, call

_TGKILL = 234


def attack(world: World) -> object:
    return call(_TGKILL, world.neighbour, world.neighbour, signal.SIGCONT)
