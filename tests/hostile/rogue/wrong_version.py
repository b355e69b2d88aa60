# rogue: wrong_version
# does: speaks a version of the protocol that is not ours
# stage: job
# job: worker_lost
# log: protocol_violation protocol version 2 expected

from __future__ import annotations

from rogue_worker import Rogue
from wire import framed

from actionsd_protocol.messages import Report


def misbehave(rogue: Rogue) -> None:
    rogue.send(b"\x01" + framed(Report(rogue.job, []), b"{}")[1:])
