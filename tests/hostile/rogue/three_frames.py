# rogue: three_frames
# does: sends a frame more than a message has
# stage: job
# job: worker_lost
# log: protocol_violation a message has 1 or 2 frames, this one 3

from __future__ import annotations

from rogue_worker import Rogue

from actionsd_protocol.frames import encode
from actionsd_protocol.messages import Report


def misbehave(rogue: Rogue) -> None:
    rogue.send(*encode(Report(rogue.job, []), b"{}"), b"SECRET")
