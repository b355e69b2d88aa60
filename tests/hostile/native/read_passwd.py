# attack: read_passwd
# does: reads a file that everybody may read
# sealed: EACCES
# control: through
# as: root, user

from __future__ import annotations

import os

from attack_world import World


def attack(_world: World) -> object:
    return os.read(os.open("/etc/passwd", os.O_RDONLY), 10)
