# rogue: flood_of_messages
# does: sends small messages without end
# stage: job
# job: worker_lost
# log: protocol_violation
# floods: yes

from __future__ import annotations

from rogue_worker import Rogue
from zmtp import message


def misbehave(rogue: Rogue) -> None:
    rogue.flood(message([rogue.last_report]) * 1000)
