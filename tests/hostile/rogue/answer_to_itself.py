# rogue: answer_to_itself
# does: answers its own call
# stage: job
# job: worker_lost
# log: protocol_violation malformed message

from __future__ import annotations

from rogue_worker import Rogue

from actionsd_protocol.messages import Answer


def misbehave(rogue: Rogue) -> None:
    rogue.say(Answer(job=rogue.job, call=1), b"SECRET")
