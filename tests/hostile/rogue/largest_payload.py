# rogue: largest_payload
# does: sends a payload of 100 MB
# stage: idle
# job: succeeded or worker_lost
# log: worker_killed connection of the worker has ended
# floods: yes

from __future__ import annotations

from rogue_worker import Rogue
from zmtp import MORE, frame, header


def misbehave(rogue: Rogue) -> None:
    rogue.write(frame(rogue.last_report, MORE) + header(100_000_000))
    rogue.flood(bytes(1_000_000))
