# rogue: report_replayed
# does: answers with the report of the job before
# stage: job
# job: worker_lost
# log: protocol_violation Report for job

from __future__ import annotations

from rogue_worker import Rogue


def misbehave(rogue: Rogue) -> None:
    rogue.send(rogue.last_report)
