# attack: pending_signals
# does: queues signals to itself, which are counted for all processes of a user
# sealed: EAGAIN
# control: through
# as: root, user

from __future__ import annotations

import os
import signal
import threading

from attack_world import World, call

_TGKILL = 234
_BOUND = 1000


def attack(_world: World) -> object:
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGRTMIN])
    for _ in range(_BOUND):
        call(_TGKILL, os.getpid(), threading.get_native_id(), signal.SIGRTMIN)
    return _BOUND
