# attack: userfaultfd_useronly
# does: handles its own page faults
# sealed: killed
# control: through | ENOSYS (a kernel without it)
# as: root, user

from __future__ import annotations

from attack_world import World, call

_USERFAULTFD, _USER_MODE_ONLY = 323, 1


def attack(_world: World) -> object:
    return call(_USERFAULTFD, _USER_MODE_ONLY)
