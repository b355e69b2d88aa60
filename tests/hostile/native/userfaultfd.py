# attack: userfaultfd
# does: handles the kernel's page faults
# sealed: killed
# control: through | ENOSYS (a kernel without it)
# control as user: EPERM (sysctl vm.unprivileged_userfaultfd) | through | ENOSYS
# as: root, user

from __future__ import annotations

from attack_world import World, call

_USERFAULTFD = 323


def attack(_world: World) -> object:
    return call(_USERFAULTFD, 0)
