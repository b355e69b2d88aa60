# rogue: endless_message_without_a_job
# does: sends a message of frames of 1 MB without end when its job is done
# stage: idle
# job: succeeded
# log: worker_killed flooded the broker
# floods: yes

from __future__ import annotations

from rogue_worker import Rogue
from zmtp import MORE, frame


def misbehave(rogue: Rogue) -> None:
    rogue.flood(frame(bytes(1_000_000), MORE))
