# rogue: report_without_payload
# does: sends a report of one frame
# stage: job
# job: worker_lost
# log: protocol_violation payload missing

from __future__ import annotations

from rogue_worker import Rogue

from actionsd_protocol.frames import encode
from actionsd_protocol.messages import Report


def misbehave(rogue: Rogue) -> None:
    rogue.send(encode(Report(rogue.job, []), b"")[0])
