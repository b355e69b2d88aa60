# rogue: call_replayed
# does: asks the same again, by the same number
# stage: job
# job: worker_lost
# log: protocol_violation call 1 where 2 was due

from __future__ import annotations

from rogue_worker import Rogue

from actionsd_protocol.messages import GetMetadata


def misbehave(rogue: Rogue) -> None:
    asked = GetMetadata(job=rogue.job, call=1, step=0, seconds=1.0)
    rogue.say(asked)
    rogue.peer.receive()
    rogue.say(asked)
