# attack: page_tables_left_behind
# does: takes memory by pages that it gives back: the tables stay
# sealed: watched (no limit of the kernel's counts it)
# control: through
# as: root, user

from __future__ import annotations

from attack_world import (
    MAP_FIXED,
    MAP_NORESERVE,
    MAP_PRIVATE,
    PAGE,
    PROT_NONE,
    PROT_READ,
    PROT_WRITE,
    TABLE_REACH,
    World,
    fill,
    linger,
    map_memory,
)


def attack(world: World) -> object:
    reach = world.amount // PAGE * TABLE_REACH
    start = map_memory(reach, PROT_NONE, MAP_PRIVATE | MAP_NORESERVE)
    for page in range(start + PAGE, start + reach, TABLE_REACH):
        map_memory(PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_FIXED, page)
        fill(page, PAGE)
        map_memory(PAGE, PROT_NONE, MAP_PRIVATE | MAP_NORESERVE | MAP_FIXED, page)
    return linger(world)
