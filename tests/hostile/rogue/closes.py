# rogue: closes
# does: closes its connection when its job is done, and goes on living
# stage: idle
# job: succeeded or worker_lost
# log: worker_killed connection of the worker has ended

from __future__ import annotations

from rogue_worker import Rogue


def misbehave(rogue: Rogue) -> None:
    rogue.peer.socket.close()
