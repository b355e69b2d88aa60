# attack: broker_sock_address
# does: sends over its connection to another address
# sealed: killed
# control: EISCONN (which the kernel finds out behind the wall)
# as: root, user

from __future__ import annotations

from attack_world import World, broker_socket, call

_SENDTO = 44


def attack(world: World) -> object:
    address = bytes([1, 0]) + world.unix.encode() + b"\0"
    return call(_SENDTO, broker_socket(), b"x", 1, 0, address, len(address))
