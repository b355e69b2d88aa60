# rogue: ready_twice
# does: says again that it is ready
# stage: idle
# job: succeeded or worker_lost
# log: protocol_violation Ready is not allowed when idle

from __future__ import annotations

from rogue_worker import Rogue


def misbehave(rogue: Rogue) -> None:
    rogue.say(rogue.ready())
