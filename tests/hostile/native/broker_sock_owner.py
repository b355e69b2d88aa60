# attack: broker_sock_owner
# does: has the kernel signal the broker whenever its connection stirs
# sealed: EPERM
# control: through
# as: root, user

from __future__ import annotations

import fcntl

from attack_world import World, broker_socket


def attack(world: World) -> object:
    return fcntl.fcntl(broker_socket(), fcntl.F_SETOWN, world.broker)
