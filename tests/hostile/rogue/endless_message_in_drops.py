# rogue: endless_message_in_drops
# does: sends a message of frames of 1 MB, twenty of them a second
# stage: idle
# job: succeeded
# log: worker_killed flooded the broker
# floods: yes
# within: 30
# slow: yes

from __future__ import annotations

import time

from rogue_worker import Rogue
from zmtp import MORE, frame


def misbehave(rogue: Rogue) -> None:
    part = frame(bytes(1_000_000), MORE)
    while True:
        rogue.write(part)
        time.sleep(0.05)
