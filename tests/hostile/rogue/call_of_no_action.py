# rogue: call_of_no_action
# does: asks for an action that its job does not have
# stage: job
# job: worker_lost
# log: protocol_violation a call of action 1, which does not run

from __future__ import annotations

from rogue_worker import Rogue

from actionsd_protocol.messages import GetMetadata


def misbehave(rogue: Rogue) -> None:
    rogue.say(GetMetadata(job=rogue.job, call=1, step=1, seconds=1.0))
