# rogue: wrong_version
# does: speaks a version of the protocol that is not ours
# stage: job
# job: worker_lost
# log: protocol_violation protocol version 1 expected

from __future__ import annotations

from rogue_worker import Rogue

from actionsd_protocol.frames import encode
from actionsd_protocol.messages import Report


def misbehave(rogue: Rogue) -> None:
    envelope, payload = encode(Report(rogue.job, []), b"{}")
    rogue.send(b"\x02" + envelope[1:], payload)
