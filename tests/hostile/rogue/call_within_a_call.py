# rogue: call_within_a_call
# does: does not wait for an answer before it asks again
# stage: job
# job: worker_lost
# log: protocol_violation Fetch is not allowed when waiting

from __future__ import annotations

from rogue_worker import Rogue

from actionsd_protocol.frames import encode, frame
from actionsd_protocol.messages import Fetch


def misbehave(rogue: Rogue) -> None:
    asked = [
        Fetch(rogue.job, call, 0, 5.0, "GET", rogue.mute_url, [], has_body=False) for call in (1, 2)
    ]
    rogue.send(frame([encode(fetch, b"") for fetch in asked]))
