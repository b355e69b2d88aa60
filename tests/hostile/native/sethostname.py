# attack: sethostname
# does: renames the machine
# sealed: killed
# control: through
# control as user: EPERM (needs CAP_SYS_ADMIN)
# as: root, user

from __future__ import annotations

import socket

from attack_world import World


def attack(_world: World) -> None:
    socket.sethostname("attacked")
