# rogue: forged_long_output
# does: sets a claim that is longer than an action's output may be
# stage: job
# job: worker_lost
# log: protocol_violation more output
# limits: output=1000

from __future__ import annotations

from rogue_worker import Rogue


def misbehave(rogue: Rogue) -> None:
    claim = {"op": "setClaim", "action": "act", "key": "k", "value": "S" * 1001}
    rogue.forge(mutations=[claim])
