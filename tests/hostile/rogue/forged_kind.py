# rogue: forged_kind
# does: reports a failure that only the broker can know of
# stage: job
# job: worker_lost
# log: protocol_violation poisoned is not for a worker to say

from __future__ import annotations

from rogue_worker import Rogue


def misbehave(rogue: Rogue) -> None:
    error = {"kind": "poisoned", "message": "SECRET"}
    rogue.forge(actions=[{"name": "act", "outcome": "failed", "error": error}])
