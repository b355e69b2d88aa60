# rogue: report_of_deep_claims
# does: sets a claim of arrays in arrays, deeper than any reader goes
# stage: job
# job: worker_lost
# log: protocol_violation malformed report

from __future__ import annotations

from rogue_worker import Rogue

from actionsd_protocol.messages import Report


def misbehave(rogue: Rogue) -> None:
    value = b"[" * 1_000_000 + b"]" * 1_000_000
    claim = b'{"op": "setClaim", "action": "act", "key": "SECRET", "value": %b}' % value
    action = b'{"name": "act", "outcome": "succeeded", "error": null}'
    document = b'{"actions": [%b], "mutations": [%b], "logs": []}' % (action, claim)
    rogue.say(Report(rogue.job, []), document)
