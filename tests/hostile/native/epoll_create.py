# attack: epoll_create
# does: makes more of what holds up to a million entries
# sealed: EPERM
# control: through
# as: root, user

from __future__ import annotations

import select

from attack_world import World


def attack(_world: World) -> object:
    return select.epoll()
