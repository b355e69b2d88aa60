# attack: memory_plain
# does: takes memory as everybody does
# sealed: ENOMEM
# control: through
# as: root, user

from __future__ import annotations

from attack_world import MAP_PRIVATE, PIECE, PROT_READ, PROT_WRITE, World, fill, map_memory


def attack(world: World) -> object:
    for _ in range(world.amount // PIECE):
        fill(map_memory(PIECE, PROT_READ | PROT_WRITE, MAP_PRIVATE), PIECE)
    return world.amount
