# rogue: second_connection
# does: connects a second time with the ticket that it has used
# stage: job
# job: worker_lost
# log: protocol_violation connected again

from __future__ import annotations

from rogue_worker import Rogue
from zmtp import Peer, greeting, hello


def misbehave(rogue: Rogue) -> None:
    second = Peer(rogue.orders.socket)
    second.write(greeting() + hello(rogue.name))
    second.ends(10)
