# rogue: stderr_without_end
# does: writes to its standard error as fast as it can
# stage: job
# job: worker_lost
# log: protocol_violation standard error

from __future__ import annotations

import contextlib
import os

from rogue_worker import Rogue


def misbehave(_rogue: Rogue) -> None:
    while True:
        with contextlib.suppress(BlockingIOError):
            os.write(2, b"SECRET\n" * 1000)
