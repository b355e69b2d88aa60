# rogue: dies_by_sigsys
# does: dies as one does who makes a system call that nothing honest makes
# stage: job
# job: worker_lost
# log: worker_exited tried to break out

from __future__ import annotations

import os
import signal

from rogue_worker import Rogue


def misbehave(_rogue: Rogue) -> None:
    os.kill(os.getpid(), signal.SIGSYS)
