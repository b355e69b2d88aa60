# rogue: forged_many_mutations
# does: sets more claims than an action may
# stage: job
# job: worker_lost
# log: protocol_violation more output
# limits: mutations=3

from __future__ import annotations

from rogue_worker import Rogue


def misbehave(rogue: Rogue) -> None:
    claims = [
        {"op": "setClaim", "action": "act", "key": f"k{n}", "value": "SECRET"} for n in range(4)
    ]
    rogue.forge(mutations=claims)
