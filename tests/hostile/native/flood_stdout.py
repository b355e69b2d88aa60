# attack: flood_stdout
# does: writes to its output without end; stops after a mebibyte
# sealed: harmless (it goes to /dev/null)
# control: through
# as: root, user

from __future__ import annotations

import os

from attack_world import MIB, World


def attack(_world: World) -> object:
    return os.write(1, bytes(MIB))
