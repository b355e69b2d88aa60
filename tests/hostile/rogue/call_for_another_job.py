# rogue: call_for_another_job
# does: asks for the metadata of the user of a job that it does not have
# stage: job
# job: worker_lost
# log: protocol_violation

from __future__ import annotations

from rogue_worker import Rogue

from actionsd_protocol.messages import GetMetadata


def misbehave(rogue: Rogue) -> None:
    rogue.say(GetMetadata(job=rogue.job + 1, call=1, step=0, seconds=1.0))
