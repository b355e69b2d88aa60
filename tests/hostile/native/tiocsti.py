# attack: tiocsti
# does: types into its terminal
# sealed: EPERM
# control: through | EIO (sysctl dev.tty.legacy_tiocsti)
# control as user: EPERM (not its terminal) | EIO
# as: root, user

from __future__ import annotations

import fcntl
import os
import termios

from attack_world import World


def attack(_world: World) -> object:
    return fcntl.ioctl(_terminal(), termios.TIOCSTI, b"x")


def _terminal() -> int:
    try:
        return os.openpty()[1]
    except OSError:
        return 0
