# rogue: forged_action
# does: reports on an action that its job does not have
# stage: job
# job: worker_lost
# log: protocol_violation the actions of the report are not those of the job

from __future__ import annotations

from rogue_worker import Rogue


def misbehave(rogue: Rogue) -> None:
    rogue.forge(actions=[{"name": "SECRET", "outcome": "succeeded", "error": None}])
