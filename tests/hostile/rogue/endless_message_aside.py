# rogue: endless_message_aside
# does: has its connection set aside by ZeroMQ, with another's name, and floods it there
# stage: birth
# log: worker_killed flooded the broker
# floods: yes

from __future__ import annotations

from rogue_worker import Rogue
from zmtp import MORE, Peer, frame


def misbehave(rogue: Rogue) -> None:
    rogue.peer = Peer(rogue.orders.socket)
    rogue.peer.let_in(rogue.name, rogue.siblings[0].encode())
    rogue.flood(frame(bytes(1_000_000), MORE))
