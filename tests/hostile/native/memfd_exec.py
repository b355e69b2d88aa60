# attack: memfd_exec
# does: runs a program that is in no file system
# sealed: killed
# control: through
# as: root, user

from __future__ import annotations

import os

from attack_world import World

_SCRIPT = b"""#!/bin/sh
echo '{"outcome": "through"}' >&2
"""


def attack(_world: World) -> object:
    file = os.memfd_create("program", 0)
    os.write(file, _SCRIPT)
    os.execve(file, ["program"], {})  # noqa: S606 - the attack
