# attack: sigsys_handler
# does: catches the signal that ends it
# sealed: killed
# control: through
# as: root, user

from __future__ import annotations

import signal
import socket

from attack_world import World


def attack(_world: World) -> object:
    signal.signal(signal.SIGSYS, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGSYS])
    return socket.socket()
