# rogue: forged_mutation
# does: sets what the api of its trigger does not have
# stage: job
# job: worker_lost
# log: protocol_violation setEmail is not in the api of the trigger

from __future__ import annotations

from rogue_worker import Rogue


def misbehave(rogue: Rogue) -> None:
    rogue.forge(mutations=[{"op": "setEmail", "action": "act", "value": "SECRET"}])
