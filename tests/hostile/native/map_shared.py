# attack: map_shared
# does: maps memory that is shared, which no limit of ours counts
# sealed: EACCES
# control: through
# as: root, user

from __future__ import annotations

from attack_world import MAP_SHARED, PAGE, PROT_READ, PROT_WRITE, World, map_memory


def attack(_world: World) -> object:
    return map_memory(PAGE, PROT_READ | PROT_WRITE, MAP_SHARED)
