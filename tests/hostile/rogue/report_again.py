# rogue: report_again
# does: answers its job once more when that is done
# stage: idle
# job: succeeded or worker_lost
# log: protocol_violation Report is not allowed when idle

from __future__ import annotations

from rogue_worker import Rogue


def misbehave(rogue: Rogue) -> None:
    rogue.send(rogue.last_report)
