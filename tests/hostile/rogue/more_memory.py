# rogue: more_memory
# does: takes more memory for its job than that may have
# stage: job
# job: memory_limit
# log: worker_killed the job took more than 16 MiB of memory
# limits: memory=16

from __future__ import annotations

from rogue_worker import Rogue


def misbehave(_rogue: Rogue) -> None:
    hoard = []
    while True:
        hoard.append(b"S" * 2**20)
