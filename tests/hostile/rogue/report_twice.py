# rogue: report_twice
# does: answers its job twice in one breath; the first may have been taken before the second came
# stage: job
# job: worker_lost or succeeded
# log: protocol_violation Report is not allowed when idle

from __future__ import annotations

from rogue_worker import Rogue


def misbehave(rogue: Rogue) -> None:
    rogue.forge()
    rogue.forge()
