# rogue: silence
# does: never answers
# stage: job
# job: timeout
# log: worker_killed late
# limits: timeout=0.1

from __future__ import annotations

from rogue_worker import Rogue


def misbehave(_rogue: Rogue) -> None:
    pass
