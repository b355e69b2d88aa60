# rogue: endless_message_of_nothing
# does: sends a message of empty frames without end: each costs the broker 32 times what it costs
# stage: job
# job: worker_lost
# log: worker_killed flooded the broker
# floods: yes

from __future__ import annotations

from rogue_worker import Rogue
from zmtp import MORE, frame


def misbehave(rogue: Rogue) -> None:
    rogue.flood(frame(b"", MORE) * 32_768)
