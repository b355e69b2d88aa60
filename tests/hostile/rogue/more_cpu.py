# rogue: more_cpu
# does: takes more CPU for its job than that may have
# stage: job
# job: cpu_limit
# log: worker_killed the job took more than 0.1 s of CPU
# limits: cpu=0.1
# within: 12

from __future__ import annotations

from rogue_worker import Rogue


def misbehave(_rogue: Rogue) -> None:
    while True:
        pass
