# rogue: message_of_the_broker
# does: says what only a broker says
# stage: job
# job: worker_lost
# log: protocol_violation malformed message

from __future__ import annotations

from rogue_worker import Rogue

from actionsd_protocol.messages import Stop


def misbehave(rogue: Rogue) -> None:
    rogue.say(Stop())
