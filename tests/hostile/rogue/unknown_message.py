# rogue: unknown_message
# does: sends a message of a kind that there is not
# stage: job
# job: worker_lost
# log: protocol_violation malformed message

from __future__ import annotations

import msgpack
from rogue_worker import Rogue


def misbehave(rogue: Rogue) -> None:
    rogue.send(b"\x01" + msgpack.packb({"type": "SECRET"}))
