# rogue: large_payload
# does: sends a payload that is one byte too large
# stage: job
# job: worker_lost
# log: protocol_violation payload of 4194305 bytes

from __future__ import annotations

from rogue_worker import Rogue
from wire import packed

from actionsd_protocol.frames import MAX_PAYLOAD_BYTES


def misbehave(rogue: Rogue) -> None:
    report = {"type": "report", "job": rogue.job, "spans": []}
    rogue.send(packed(report, b"S" * (MAX_PAYLOAD_BYTES + 1)))
