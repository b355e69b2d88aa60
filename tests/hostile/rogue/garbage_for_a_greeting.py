# rogue: garbage_for_a_greeting
# does: says something else than ZMTP from the start
# stage: birth
# log: worker_killed reason=
# within: 12

from __future__ import annotations

from rogue_worker import Rogue
from zmtp import Peer


def misbehave(rogue: Rogue) -> None:
    rogue.peer = Peer(rogue.orders.socket)
    rogue.write(b"GET /SECRET HTTP/1.1\r\n\r\n" * 100)
