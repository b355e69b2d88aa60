# attack: memory_main_stack
# does: takes memory by growing the main thread's stack, which RLIMIT_DATA does not count
# sealed: crashed (at RLIMIT_STACK, 8 MiB)
# control: through
# as: root, user

from __future__ import annotations

import contextlib
import resource

from attack_world import World, fill


def attack(world: World) -> object:
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_STACK, (resource.RLIM_INFINITY,) * 2)
    fill(world.stack.end - world.budget, world.stack.start - world.stack.end + world.budget)
    return world.budget
