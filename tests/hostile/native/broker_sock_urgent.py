# attack: broker_sock_urgent
# does: sends an urgent byte: code of the kernel that had holes
# sealed: killed
# control: through | EOPNOTSUPP (a kernel without it)
# as: root, user

from __future__ import annotations

from attack_world import World, broker_socket, call

_SENDTO, _MSG_OOB = 44, 1


def attack(_world: World) -> object:
    return call(_SENDTO, broker_socket(), b"x", 1, _MSG_OOB, None, 0)
