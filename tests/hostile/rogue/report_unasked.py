# rogue: report_unasked
# does: answers the next job before it is given one
# stage: idle
# job: succeeded or worker_lost
# log: protocol_violation Report is not allowed when idle

from __future__ import annotations

from rogue_worker import Rogue

from actionsd_protocol.messages import Report


def misbehave(rogue: Rogue) -> None:
    rogue.say(Report(rogue.job + 1, []), b'{"actions": [], "mutations": [], "logs": []}')
