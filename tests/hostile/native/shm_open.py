# attack: shm_open
# does: makes a file in shared memory
# sealed: EACCES
# control: through
# as: root, user

from __future__ import annotations

import os
from pathlib import Path

from attack_world import World


def attack(_world: World) -> object:
    path = Path(f"/dev/shm/actionsd-{os.getpid()}")  # noqa: S108 - where POSIX has it
    path.touch()
    path.unlink()
    return path
