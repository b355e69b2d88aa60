# rogue: dies_by_sigkill
# does: ends itself as an operator would
# stage: job
# job: worker_lost
# log: worker_exited killed by SIGKILL

from __future__ import annotations

import os
import signal

from rogue_worker import Rogue


def misbehave(_rogue: Rogue) -> None:
    os.kill(os.getpid(), signal.SIGKILL)
