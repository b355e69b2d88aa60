# rogue: report_within_a_call
# does: answers its job while a call of its is under way
# stage: job
# job: worker_lost
# log: protocol_violation Report is not allowed when waiting

from __future__ import annotations

from rogue_worker import Rogue

from actionsd_protocol.frames import encode, frame
from actionsd_protocol.messages import Fetch, Report


def misbehave(rogue: Rogue) -> None:
    asked = Fetch(rogue.job, 1, 0, 5.0, "GET", rogue.mute_url, [], has_body=False)
    report = Report(rogue.job, [])
    document = b'{"actions": [], "mutations": [], "logs": []}'
    rogue.send(frame([encode(asked, b""), encode(report, document)]))
