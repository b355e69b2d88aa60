# rogue: flood_of_messages_without_a_job
# does: floods with messages when its job is done; a report that comes with them is lost
# stage: idle
# job: succeeded or worker_lost
# log: protocol_violation
# floods: yes

from __future__ import annotations

from rogue_worker import Rogue
from zmtp import message


def misbehave(rogue: Rogue) -> None:
    rogue.flood(message([b"\x01"]) * 1000)
