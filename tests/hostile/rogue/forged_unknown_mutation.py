# rogue: forged_unknown_mutation
# does: sets what no api has
# stage: job
# job: worker_lost
# log: protocol_violation malformed report

from __future__ import annotations

from rogue_worker import Rogue


def misbehave(rogue: Rogue) -> None:
    rogue.forge(mutations=[{"op": "SECRET", "action": "act", "value": "SECRET"}])
