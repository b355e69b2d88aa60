# rogue: endless_message_in_bursts
# does: sends empty frames without end, never more of them at a time than are read at once
# stage: job
# job: worker_lost
# log: worker_killed flooded the broker
# floods: yes
# within: 12

from __future__ import annotations

import array
import fcntl
import termios

from rogue_worker import Rogue
from zmtp import MORE, frame


def misbehave(rogue: Rogue) -> None:
    burst = frame(b"", MORE) * 4096
    unread = array.array("i", [0])
    while True:
        rogue.write(burst)
        unread[0] = 1
        while unread[0]:
            fcntl.ioctl(rogue.peer.socket.fileno(), termios.TIOCOUTQ, unread)
