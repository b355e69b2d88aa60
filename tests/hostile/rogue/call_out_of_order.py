# rogue: call_out_of_order
# does: begins with its second call
# stage: job
# job: worker_lost
# log: protocol_violation call 2 where 1 was due

from __future__ import annotations

from rogue_worker import Rogue

from actionsd_protocol.messages import GetMetadata


def misbehave(rogue: Rogue) -> None:
    rogue.say(GetMetadata(job=rogue.job, call=2, step=0, seconds=1.0))
