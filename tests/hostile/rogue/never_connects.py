# rogue: never_connects
# does: lives, but does not connect
# stage: birth
# log: worker_killed not ready
# within: 12

from __future__ import annotations

from rogue_worker import Rogue


def misbehave(_rogue: Rogue) -> None:
    pass
