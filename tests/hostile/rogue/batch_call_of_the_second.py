# rogue: batch_call_of_the_second
# does: asks for something on behalf of its second job
# stage: batch
# job: succeeded
# log: protocol_violation GetMetadata for job

from __future__ import annotations

from rogue_worker import Rogue

from actionsd_protocol.messages import GetMetadata


def misbehave(rogue: Rogue) -> None:
    rogue.say(GetMetadata(job=rogue.next_jobs[0], call=1, step=0, seconds=1.0))
