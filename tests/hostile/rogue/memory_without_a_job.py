# rogue: memory_without_a_job
# does: fills its memory when it has nothing to do
# stage: idle
# job: succeeded
# log: worker_killed the worker took more than
# within: 12

from __future__ import annotations

from rogue_worker import Rogue


def misbehave(_rogue: Rogue) -> None:
    hoard = []
    while True:
        hoard.append(b"S" * 2**20)
