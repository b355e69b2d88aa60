# rogue: ready_and_gone
# does: says that it is ready, and hangs up at once, but goes on living
# stage: birth
# log: worker_killed connection of the worker has ended

from __future__ import annotations

from rogue_worker import Rogue


def misbehave(rogue: Rogue) -> None:
    rogue.connect(rogue.orders.socket)
    rogue.say(rogue.ready())
    rogue.peer.socket.close()
