# attack: memory_made_inaccessible
# does: does the same by taking every right to it away
# sealed: watched (no limit of the kernel's counts it)
# control: through
# as: root, user

from __future__ import annotations

from attack_world import (
    MAP_PRIVATE,
    PIECE,
    PROT_NONE,
    PROT_READ,
    PROT_WRITE,
    World,
    call,
    fill,
    linger,
    map_memory,
)

_MPROTECT = 10


def attack(world: World) -> object:
    for _ in range(world.amount // PIECE):
        piece = map_memory(PIECE, PROT_READ | PROT_WRITE, MAP_PRIVATE)
        fill(piece, PIECE)
        call(_MPROTECT, piece, PIECE, PROT_NONE)
    return linger(world)
