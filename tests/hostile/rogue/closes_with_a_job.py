# rogue: closes_with_a_job
# does: closes its connection, and goes on living
# stage: job
# job: worker_lost
# log: worker_killed connection of the worker has ended

from __future__ import annotations

from rogue_worker import Rogue


def misbehave(rogue: Rogue) -> None:
    rogue.peer.socket.close()
