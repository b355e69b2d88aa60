# rogue: unknown_message
# does: sends a message of a kind that there is not
# stage: job
# job: worker_lost
# log: protocol_violation malformed message

from __future__ import annotations

from rogue_worker import Rogue
from wire import packed


def misbehave(rogue: Rogue) -> None:
    rogue.send(packed({"type": "SECRET"}))
