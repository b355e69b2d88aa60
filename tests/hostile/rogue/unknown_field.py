# rogue: unknown_field
# does: adds a field of its own to a message
# stage: job
# job: worker_lost
# log: protocol_violation malformed message

from __future__ import annotations

from rogue_worker import Rogue
from wire import packed


def misbehave(rogue: Rogue) -> None:
    report = {"type": "report", "job": rogue.job, "spans": [], "SECRET": "SECRET"}
    rogue.send(packed(report, b"{}"))
