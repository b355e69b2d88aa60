# rogue: endless_message_of_nothing_without_a_job
# does: sends a message of empty frames without end when its job is done
# stage: idle
# job: succeeded
# log: worker_killed flooded the broker
# floods: yes

from __future__ import annotations

from rogue_worker import Rogue
from zmtp import MORE, frame


def misbehave(rogue: Rogue) -> None:
    rogue.flood(frame(b"", MORE) * 32_768)
