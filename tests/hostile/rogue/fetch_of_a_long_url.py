# rogue: fetch_of_a_long_url
# does: fetches from a URL longer than a message may have
# stage: job
# job: worker_lost
# log: protocol_violation malformed message

from __future__ import annotations

from rogue_worker import Rogue

from actionsd_protocol.messages import Fetch


def misbehave(rogue: Rogue) -> None:
    url = "http://127.0.0.1/" + "SECRET" * 10_000
    rogue.say(Fetch(rogue.job, 1, 0, 5.0, "GET", url, [], has_body=False), b"")
