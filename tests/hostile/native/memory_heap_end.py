# attack: memory_heap_end
# does: takes memory by moving the end of its heap
# sealed: ENOMEM
# control: through
# as: root, user

from __future__ import annotations

import errno

from attack_world import World, call, fill

_BRK = 12


def attack(world: World) -> object:
    end = call(_BRK, 0)
    if call(_BRK, end + world.amount) < end + world.amount:
        raise OSError(errno.ENOMEM, "refused")  # the kernel does not say so itself
    fill(end, world.amount)
    return world.amount
