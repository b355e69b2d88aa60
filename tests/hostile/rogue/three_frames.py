# rogue: three_frames
# does: sends its message in three frames
# stage: job
# job: worker_lost
# log: protocol_violation a message has one frame, this one more

from __future__ import annotations

from rogue_worker import Rogue
from wire import framed

from actionsd_protocol.messages import Report


def misbehave(rogue: Rogue) -> None:
    rogue.send(framed(Report(rogue.job, []), b"{}"), b"{}", b"SECRET")
