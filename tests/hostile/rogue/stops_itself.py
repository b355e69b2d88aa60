# rogue: stops_itself
# does: stops, without coming to an end
# stage: job
# job: timeout
# log: worker_killed late
# limits: timeout=0.1

from __future__ import annotations

import os
import signal

from rogue_worker import Rogue


def misbehave(_rogue: Rogue) -> None:
    os.kill(os.getpid(), signal.SIGSTOP)
