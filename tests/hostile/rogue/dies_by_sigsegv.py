# rogue: dies_by_sigsegv
# does: crashes
# stage: job
# job: worker_lost
# log: worker_exited killed by SIGSEGV

from __future__ import annotations

import os
import signal

from rogue_worker import Rogue


def misbehave(_rogue: Rogue) -> None:
    os.kill(os.getpid(), signal.SIGSEGV)
