# rogue: commands_without_end
# does: sends commands that ZeroMQ answers, and does not read the answers
# stage: idle
# job: succeeded or worker_lost
# log: worker_killed flooded the broker
# floods: yes
# within: 12

from __future__ import annotations

from rogue_worker import Rogue
from zmtp import COMMAND, frame


def misbehave(rogue: Rogue) -> None:
    rogue.flood(frame(b"\x04PING\x00\x10SECRET", COMMAND) * 1000)
