# rogue: forged_many_logs
# does: logs more lines than an action may
# stage: job
# job: worker_lost
# log: protocol_violation more output
# limits: logs=3

from __future__ import annotations

from rogue_worker import Rogue


def misbehave(rogue: Rogue) -> None:
    rogue.forge(logs=[{"action": "act", "level": "info", "message": "SECRET"}] * 4)
