# rogue: batch_more_reports
# does: answers more jobs than it has, in one frame
# stage: batch
# job: succeeded
# log: protocol_violation Report is not allowed when idle

from __future__ import annotations

from rogue_worker import Rogue

from actionsd_protocol.frames import encode, frame
from actionsd_protocol.messages import Report


def misbehave(rogue: Rogue) -> None:
    document = b'{"actions": [], "mutations": [], "logs": []}'
    jobs = [rogue.job, *rogue.next_jobs, rogue.next_jobs[-1] + 1]
    rogue.send(frame([encode(Report(job, []), document) for job in jobs]))
