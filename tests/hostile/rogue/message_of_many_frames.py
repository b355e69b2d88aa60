# rogue: message_of_many_frames
# does: sends a message of 200000 frames, which does come to an end
# stage: job
# job: worker_lost
# log: protocol_violation a message has one frame, this one more
# floods: yes

from __future__ import annotations

from rogue_worker import Rogue
from zmtp import MORE, frame


def misbehave(rogue: Rogue) -> None:
    rogue.write(frame(b"", MORE) * 200_000 + frame(b""))
