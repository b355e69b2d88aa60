# attack: memory_moved_stack
# does: moves a page of the stack to where there is room to grow
# sealed: ENOMEM
# control: through
# as: root, user

from __future__ import annotations

from attack_world import MAP_PRIVATE, PAGE, PIECE, PROT_NONE, World, call, fill, map_memory, unmap

_MREMAP, _MAY_MOVE, _FIXED = 25, 1, 2


def attack(world: World) -> object:
    room = map_memory(PIECE, PROT_NONE, MAP_PRIVATE)
    unmap(room, PIECE)
    call(_MREMAP, world.stack.start, PAGE, PAGE, _MAY_MOVE | _FIXED, room + PIECE - PAGE)
    fill(room + PIECE // 2, PIECE // 2)
    return PIECE // 2
