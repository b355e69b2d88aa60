# rogue: call_for_another_tenant
# does: says whose user's metadata it wants
# stage: job
# job: worker_lost
# log: protocol_violation malformed message

from __future__ import annotations

from rogue_worker import Rogue
from wire import packed


def misbehave(rogue: Rogue) -> None:
    asked = {"type": "get_metadata", "job": rogue.job, "call": 1, "step": 0, "seconds": 1.0}
    asked["tenant"] = "SECRET"
    rogue.send(packed(asked))
