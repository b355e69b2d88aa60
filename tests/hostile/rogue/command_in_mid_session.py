# rogue: command_in_mid_session
# does: sends a command of ZMTP's that is not known, which is ignored, and nothing else
# stage: job
# job: timeout
# log: worker_killed late
# limits: timeout=0.1

from __future__ import annotations

from rogue_worker import Rogue
from zmtp import COMMAND, frame


def misbehave(rogue: Rogue) -> None:
    rogue.write(frame(b"\x06SECRETxx", COMMAND))
