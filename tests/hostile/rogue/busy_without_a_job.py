# rogue: busy_without_a_job
# does: burns CPU when it has nothing to do
# stage: idle
# job: succeeded
# log: worker_killed busy without a job
# within: 12

from __future__ import annotations

from rogue_worker import Rogue


def misbehave(_rogue: Rogue) -> None:
    while True:
        pass
