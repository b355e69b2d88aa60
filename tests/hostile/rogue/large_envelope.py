# rogue: large_envelope
# does: sends an envelope that is too large for a frame
# stage: job
# job: worker_lost
# log: worker_killed connection of the worker has ended

from __future__ import annotations

from rogue_worker import Rogue
from wire import VERSION, entry

from actionsd_protocol.frames import MAX_FRAME_BYTES


def misbehave(rogue: Rogue) -> None:
    rogue.send(VERSION + entry(b"S" * MAX_FRAME_BYTES))
