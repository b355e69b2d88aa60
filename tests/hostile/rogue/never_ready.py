# rogue: never_ready
# does: connects, but does not say that it is ready
# stage: birth
# log: worker_killed not ready
# within: 12

from __future__ import annotations

from rogue_worker import Rogue


def misbehave(rogue: Rogue) -> None:
    rogue.connect(rogue.orders.socket)
