# rogue: sizes_that_lie
# does: says that its message is longer than its frame
# stage: job
# job: worker_lost
# log: protocol_violation a message that is longer than its frame

from __future__ import annotations

from rogue_worker import Rogue


def misbehave(rogue: Rogue) -> None:
    rogue.send(rogue.last_report[:-1])
