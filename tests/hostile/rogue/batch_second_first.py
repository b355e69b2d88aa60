# rogue: batch_second_first
# does: reports the second of its jobs before the first
# stage: batch
# job: succeeded
# log: protocol_violation Report for job

from __future__ import annotations

from rogue_worker import Rogue

from actionsd_protocol.messages import Report


def misbehave(rogue: Rogue) -> None:
    rogue.say(Report(rogue.next_jobs[0], []), b'{"actions": [], "mutations": [], "logs": []}')
