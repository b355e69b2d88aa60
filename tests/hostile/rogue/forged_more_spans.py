# rogue: forged_more_spans
# does: reports the costs of more actions than the job has
# stage: job
# job: worker_lost
# log: protocol_violation 2 spans for 1 actions

from __future__ import annotations

from rogue_worker import Rogue

from actionsd_protocol.messages import Span


def misbehave(rogue: Rogue) -> None:
    rogue.forge([Span(1, 1), Span(1, 1)])
