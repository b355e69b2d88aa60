# rogue: connections_without_end
# does: connects again and again, and says nothing
# stage: idle
# job: succeeded or worker_lost
# log: protocol_violation connected again

from __future__ import annotations

from rogue_worker import Rogue
from zmtp import Peer, greeting


def misbehave(rogue: Rogue) -> None:
    peers = []
    while True:
        peers.append(Peer(rogue.orders.socket))
        peers[-1].write(greeting())
