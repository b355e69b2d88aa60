# attack: ptrace_other
# does: traces another worker
# sealed: killed
# control: through
# as: root, user

from __future__ import annotations

from attack_world import World, call

_PTRACE, _PTRACE_SEIZE = 101, 0x4206


def attack(world: World) -> object:
    return call(_PTRACE, _PTRACE_SEIZE, world.neighbour, 0, 0)
