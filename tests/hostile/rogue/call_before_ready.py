# rogue: call_before_ready
# does: fetches before it is ready for a job
# stage: birth
# log: protocol_violation Fetch is not allowed when starting

from __future__ import annotations

from rogue_worker import Rogue

from actionsd_protocol.messages import Fetch


def misbehave(rogue: Rogue) -> None:
    rogue.connect(rogue.orders.socket)
    rogue.say(Fetch(1, 1, 0, 5.0, "GET", "http://127.0.0.1/", [], has_body=False), b"")
