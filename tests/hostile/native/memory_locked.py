# attack: memory_locked
# does: keeps its memory from being swapped out
# sealed: EPERM
# control: through
# as: root, user

from __future__ import annotations

from attack_world import MAP_PRIVATE, PAGE, PROT_READ, PROT_WRITE, World, call, map_memory

_MLOCK = 149


def attack(_world: World) -> object:
    return call(_MLOCK, map_memory(PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE), PAGE)
