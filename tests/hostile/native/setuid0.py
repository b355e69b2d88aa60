# attack: setuid0
# does: becomes root
# sealed: killed
# control: through (it is)
# control as user: EPERM (needs CAP_SETUID)
# as: root, user

from __future__ import annotations

import os

from attack_world import World


def attack(_world: World) -> None:
    os.setuid(0)
