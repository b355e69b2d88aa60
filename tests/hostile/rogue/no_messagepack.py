# rogue: no_messagepack
# does: sends an envelope that is cut off in the middle
# stage: job
# job: worker_lost
# log: protocol_violation malformed message

from __future__ import annotations

from rogue_worker import Rogue
from wire import VERSION, entry


def misbehave(rogue: Rogue) -> None:
    rogue.send(VERSION + entry(rogue.last_report[9:-5], b"{}"))
