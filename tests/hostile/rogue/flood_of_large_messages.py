# rogue: flood_of_large_messages
# does: sends messages of two full frames without end
# stage: idle
# job: succeeded or worker_lost
# log: protocol_violation
# floods: yes

from __future__ import annotations

from rogue_worker import Rogue
from zmtp import message

from actionsd_protocol.frames import MAX_FRAME_BYTES_FROM_WORKER


def misbehave(rogue: Rogue) -> None:
    rogue.flood(message([b"S" * MAX_FRAME_BYTES_FROM_WORKER] * 2))
