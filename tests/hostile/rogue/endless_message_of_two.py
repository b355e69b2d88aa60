# rogue: endless_message_of_two
# does: has a child that goes on with its endless message when it is dead itself
# stage: job
# job: worker_lost
# log: worker_killed flooded the broker
# floods: yes

from __future__ import annotations

import os

from rogue_worker import Rogue
from zmtp import MORE, frame


def misbehave(rogue: Rogue) -> None:
    if os.fork() == 0:
        try:
            rogue.flood(frame(bytes(1_000_000), MORE))
        finally:
            os._exit(0)  # cut off: nobody else would end it
