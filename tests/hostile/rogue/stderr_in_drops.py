# rogue: stderr_in_drops
# does: writes byte after byte to its standard error, which costs the reader more
# stage: idle
# job: succeeded
# log: protocol_violation standard error

from __future__ import annotations

import os
import time

from rogue_worker import Rogue


def misbehave(_rogue: Rogue) -> None:
    while True:
        os.write(2, b"S")
        time.sleep(0.001)
