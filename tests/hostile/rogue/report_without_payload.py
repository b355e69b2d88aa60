# rogue: report_without_payload
# does: sends a report without a document
# stage: job
# job: worker_lost
# log: protocol_violation malformed report

from __future__ import annotations

from rogue_worker import Rogue

from actionsd_protocol.messages import Report


def misbehave(rogue: Rogue) -> None:
    rogue.say(Report(rogue.job, []), b"")
