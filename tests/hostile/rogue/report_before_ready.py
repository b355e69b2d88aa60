# rogue: report_before_ready
# does: answers a job before it is ready for one
# stage: birth
# log: protocol_violation Report is not allowed when starting

from __future__ import annotations

from rogue_worker import Rogue

from actionsd_protocol.messages import Report


def misbehave(rogue: Rogue) -> None:
    rogue.connect(rogue.orders.socket)
    rogue.say(Report(1, []), b'{"actions": [], "mutations": [], "logs": []}')
