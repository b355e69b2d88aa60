# attack: memory_stack_in_pieces
# does: cuts the stack and lets each piece grow to the limit of one
# sealed: watched (no limit of the kernel's counts it)
# control: through
# as: root, user

from __future__ import annotations

from attack_world import MIB, PAGE, World, fill, linger, unmap

_SOME = 7 * MIB


def attack(world: World) -> object:
    bottom = world.stack.start
    for _ in range(world.amount // _SOME):
        fill(bottom - _SOME, _SOME)
        unmap(bottom - _SOME + PAGE, PAGE)
        bottom -= _SOME
    return linger(world)
