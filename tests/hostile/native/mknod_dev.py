# attack: mknod_dev
# does: makes a device
# sealed: killed
# control: through
# control as user: EPERM (needs CAP_MKNOD)
# as: root, user

from __future__ import annotations

import os
import stat
from pathlib import Path

from attack_world import World


def attack(world: World) -> None:
    path = Path(f"{world.target}-device")
    os.mknod(path, stat.S_IFCHR | 0o600, os.makedev(1, 3))
    path.unlink()
