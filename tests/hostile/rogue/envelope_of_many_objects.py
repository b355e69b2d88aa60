# rogue: envelope_of_many_objects
# does: sends an envelope that is small enough for a frame, and becomes 4 million objects
# stage: job
# job: worker_lost
# log: protocol_violation envelope of
# floods: yes

from __future__ import annotations

from rogue_worker import Rogue
from wire import VERSION, entry


def misbehave(rogue: Rogue) -> None:
    row = b"\xdc\x04\x00" + b"\x80" * 1024  # an array of 1024 empty maps
    rows = b"\xdc\x04\x00" + row * 1024
    four = b"\x94" + rows * 3 + b"\xdc\x03\xe0" + row * 992
    rogue.send(VERSION + entry(four))
