# rogue: forged_reserved_claim
# does: sets a claim that is ZITADEL's own
# stage: job
# job: worker_lost
# log: protocol_violation a claim with a reserved prefix

from __future__ import annotations

from rogue_worker import Rogue


def misbehave(rogue: Rogue) -> None:
    key = "urn:zitadel:iam:org:project:roles"
    claim = {"op": "setClaim", "action": "act", "key": key, "value": "SECRET"}
    rogue.forge(mutations=[claim])
