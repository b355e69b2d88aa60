# rogue: larger_payload
# does: sends a payload of 9 MiB
# stage: job
# job: worker_lost
# log: worker_killed connection of the worker has ended

from __future__ import annotations

from rogue_worker import Rogue
from wire import packed


def misbehave(rogue: Rogue) -> None:
    report = {"type": "report", "job": rogue.job, "spans": []}
    rogue.send(packed(report, b"S" * (9 * 2**20)))
