# rogue: message_of_a_client
# does: speaks as a client, who may ask for jobs
# stage: job
# job: worker_lost
# log: protocol_violation malformed message

from __future__ import annotations

from rogue_worker import Rogue

from actionsd_protocol.messages import Submit


def misbehave(rogue: Rogue) -> None:
    rogue.say(Submit(1, "preuserinfo", "another"), b"{}")
