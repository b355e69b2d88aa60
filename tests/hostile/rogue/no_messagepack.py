# rogue: no_messagepack
# does: sends an envelope that is cut off in the middle
# stage: job
# job: worker_lost
# log: protocol_violation not MessagePack

from __future__ import annotations

from rogue_worker import Rogue

from actionsd_protocol.frames import encode
from actionsd_protocol.messages import Report


def misbehave(rogue: Rogue) -> None:
    envelope, payload = encode(Report(rogue.job, []), b"{}")
    rogue.send(envelope[:-3], payload)
