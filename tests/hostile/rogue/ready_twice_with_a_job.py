# rogue: ready_twice_with_a_job
# does: says again that it is ready, with a job under way
# stage: job
# job: worker_lost
# log: protocol_violation Ready is not allowed when busy

from __future__ import annotations

from rogue_worker import Rogue


def misbehave(rogue: Rogue) -> None:
    rogue.say(rogue.ready())
