# rogue: unknown_field
# does: adds a field of its own to a message
# stage: job
# job: worker_lost
# log: protocol_violation malformed message

from __future__ import annotations

import msgpack
from rogue_worker import Rogue


def misbehave(rogue: Rogue) -> None:
    report = {"type": "report", "job": rogue.job, "spans": [], "SECRET": "SECRET"}
    rogue.send(b"\x01" + msgpack.packb(report), b"{}")
