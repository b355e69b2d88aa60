# rogue: endless_message_before_ready
# does: sends a message of frames of 1 MB without end instead of saying that it is ready
# stage: birth
# log: worker_killed flooded the broker
# floods: yes

from __future__ import annotations

from rogue_worker import Rogue
from zmtp import MORE, frame


def misbehave(rogue: Rogue) -> None:
    rogue.connect(rogue.orders.socket)
    rogue.flood(frame(bytes(1_000_000), MORE))
