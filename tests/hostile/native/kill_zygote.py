# attack: kill_zygote
# does: signals the process that it was forked from
# sealed: killed
# control: through
# control as user: EPERM (the tests' zygote is root) | through
# as: root, user

from __future__ import annotations

import os
import signal

from attack_world import World


def attack(_world: World) -> None:
    os.kill(os.getppid(), signal.SIGCONT)
