# rogue: report_for_another_job
# does: answers a job that it was not given
# stage: job
# job: worker_lost
# log: protocol_violation Report for job

from __future__ import annotations

from rogue_worker import Rogue

from actionsd_protocol.messages import Report


def misbehave(rogue: Rogue) -> None:
    rogue.say(Report(rogue.job + 1, []), b'{"actions": [], "mutations": [], "logs": []}')
