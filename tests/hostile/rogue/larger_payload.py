# rogue: larger_payload
# does: sends a payload of 9 MiB
# stage: job
# job: worker_lost
# log: worker_killed connection of the worker has ended

from __future__ import annotations

from rogue_worker import Rogue

from actionsd_protocol.frames import encode
from actionsd_protocol.messages import Report


def misbehave(rogue: Rogue) -> None:
    envelope = encode(Report(rogue.job, []), b"")[0]
    rogue.send(envelope, b"S" * (9 * 2**20))
