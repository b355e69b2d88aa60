# rogue: call_without_a_job
# does: fetches when it has nothing to do
# stage: idle
# job: succeeded or worker_lost
# log: protocol_violation Fetch is not allowed when idle

from __future__ import annotations

from rogue_worker import Rogue

from actionsd_protocol.messages import Fetch


def misbehave(rogue: Rogue) -> None:
    url = "http://127.0.0.1/SECRET"
    rogue.say(Fetch(rogue.job, 1, 0, 5.0, "GET", url, [], has_body=False), b"")
