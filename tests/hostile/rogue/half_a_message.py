# rogue: half_a_message
# does: begins its answer, and never ends it
# stage: job
# job: timeout
# log: worker_killed late
# limits: timeout=0.1

from __future__ import annotations

from rogue_worker import Rogue
from zmtp import MORE, frame


def misbehave(rogue: Rogue) -> None:
    rogue.write(frame(rogue.last_report, MORE))
