# rogue: ready_as_a_sibling
# does: says that it is the process of another worker
# stage: birth
# log: protocol_violation claims to be pid

from __future__ import annotations

import os

from rogue_worker import Rogue


def misbehave(rogue: Rogue) -> None:
    rogue.connect(rogue.orders.socket)
    rogue.say(rogue.ready(pid=os.getppid()))
