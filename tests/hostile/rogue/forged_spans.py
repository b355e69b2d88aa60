# rogue: forged_spans
# does: reports a year of CPU, which the broker knows better, and is gone
# stage: job
# job: succeeded
# log: worker_exited exited with status 3

from __future__ import annotations

import os

from rogue_worker import Rogue

from actionsd_protocol.messages import Span


def misbehave(rogue: Rogue) -> None:
    year = 365 * 86_400 * 1_000_000
    rogue.forge([Span(year, year)])
    os._exit(3)
