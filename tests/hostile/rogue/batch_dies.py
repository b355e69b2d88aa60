# rogue: batch_dies
# does: dies with several jobs, of which nobody knows which it ran
# stage: batch
# job: succeeded
# log: worker_exited killed by SIGSEGV

from __future__ import annotations

import os
import signal

from rogue_worker import Rogue


def misbehave(rogue: Rogue) -> None:
    assert rogue.next_jobs
    os.kill(os.getpid(), signal.SIGSEGV)
