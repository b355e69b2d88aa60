# rogue: ready_as_another_process
# does: says that it is a process that it is not
# stage: birth
# log: protocol_violation claims to be pid 1

from __future__ import annotations

from rogue_worker import Rogue


def misbehave(rogue: Rogue) -> None:
    rogue.connect(rogue.orders.socket)
    rogue.say(rogue.ready(pid=1))
