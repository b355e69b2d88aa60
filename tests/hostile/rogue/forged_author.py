# rogue: forged_author
# does: says that another's action set a claim
# stage: job
# job: worker_lost
# log: protocol_violation a mutation of an action that did not run

from __future__ import annotations

from rogue_worker import Rogue


def misbehave(rogue: Rogue) -> None:
    claim = {"op": "setClaim", "action": "SECRET", "key": "k", "value": "SECRET"}
    rogue.forge(mutations=[claim])
