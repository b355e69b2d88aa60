# rogue: deep_messagepack
# does: sends an envelope of arrays in arrays in arrays
# stage: job
# job: worker_lost
# log: protocol_violation not MessagePack

from __future__ import annotations

from rogue_worker import Rogue


def misbehave(rogue: Rogue) -> None:
    rogue.send(b"\x01" + b"\x91" * 60_000)
