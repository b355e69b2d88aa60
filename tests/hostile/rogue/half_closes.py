# rogue: half_closes
# does: says that it will send no more, but goes on listening
# stage: idle
# job: succeeded or worker_lost
# log: worker_killed connection of the worker has ended

from __future__ import annotations

import socket

from rogue_worker import Rogue


def misbehave(rogue: Rogue) -> None:
    rogue.peer.socket.shutdown(socket.SHUT_WR)
