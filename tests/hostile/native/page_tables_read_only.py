# attack: page_tables_read_only
# does: takes memory by looking at empty pages: the tables that map them
# sealed: watched (no limit of the kernel's counts it)
# control: through
# as: root, user

from __future__ import annotations

from attack_world import (
    MAP_NORESERVE,
    MAP_PRIVATE,
    PAGE,
    PROT_READ,
    TABLE_REACH,
    World,
    linger,
    look,
    map_memory,
)


def attack(world: World) -> object:
    reach = world.amount // PAGE * TABLE_REACH
    look(map_memory(reach, PROT_READ, MAP_PRIVATE | MAP_NORESERVE), reach, TABLE_REACH)
    return linger(world)
