# rogue: deep_messagepack
# does: sends an envelope of arrays in arrays in arrays
# stage: job
# job: worker_lost
# log: protocol_violation malformed message

from __future__ import annotations

from rogue_worker import Rogue
from wire import VERSION, entry


def misbehave(rogue: Rogue) -> None:
    rogue.send(VERSION + entry(b"\x91" * 60_000))
