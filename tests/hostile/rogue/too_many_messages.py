# rogue: too_many_messages
# does: sends more messages in a frame than a frame may have
# stage: job
# job: worker_lost
# log: protocol_violation more than 64 messages in one frame

from __future__ import annotations

from rogue_worker import Rogue

from actionsd_protocol.frames import encode, frame
from actionsd_protocol.messages import Report


def misbehave(rogue: Rogue) -> None:
    rogue.send(frame([encode(Report(rogue.job, []), b"{}")] * 65))
