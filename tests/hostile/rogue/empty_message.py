# rogue: empty_message
# does: sends one empty frame
# stage: job
# job: worker_lost
# log: protocol_violation protocol version 2 expected

from __future__ import annotations

from rogue_worker import Rogue


def misbehave(rogue: Rogue) -> None:
    rogue.send(b"")
