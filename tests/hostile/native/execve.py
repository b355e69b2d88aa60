# attack: execve
# does: runs a shell
# sealed: killed
# control: through
# as: root, user

from __future__ import annotations

import os

from attack_world import World

_SAY = """echo '{"outcome": "through"}' >&2"""


def attack(_world: World) -> object:
    os.execv("/bin/sh", ["sh", "-c", _SAY])  # noqa: S606 - the attack
