# rogue: identity_of_a_sibling
# does: comes with its own ticket under a living worker's name: ZeroMQ sets it aside
# stage: birth
# log: worker_killed not ready after
# within: 12

from __future__ import annotations

from rogue_worker import Rogue
from zmtp import Peer


def misbehave(rogue: Rogue) -> None:
    rogue.peer = Peer(rogue.orders.socket)
    rogue.peer.let_in(rogue.name, rogue.siblings[0].encode())
    rogue.say(rogue.ready())
