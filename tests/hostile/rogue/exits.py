# rogue: exits
# does: exits as if all were well
# stage: job
# job: worker_lost
# log: worker_exited exited with status 0

from __future__ import annotations

import os

from rogue_worker import Rogue


def misbehave(_rogue: Rogue) -> None:
    os._exit(0)
