# attack: memory_made_readonly
# does: fills memory and makes it read-only: RLIMIT_DATA does not count it any more
# sealed: watched (no limit of the kernel's counts it)
# control: through
# as: root, user

from __future__ import annotations

from attack_world import (
    MAP_PRIVATE,
    PIECE,
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
        call(_MPROTECT, piece, PIECE, PROT_READ)
    return linger(world)
