# rogue: batch_second_forged
# does: reports two jobs in one frame, the first as it should be and the second as of another
# stage: batch
# job: succeeded
# log: protocol_violation the actions of the report are not those of the job

from __future__ import annotations

import msgspec
from rogue_worker import Rogue

from actionsd_protocol.frames import encode, frame
from actionsd_protocol.messages import Report


def misbehave(rogue: Rogue) -> None:
    action = {"name": "act", "outcome": "succeeded", "error": None}
    claim = {"op": "setClaim", "action": "act", "key": "m", "value": rogue.n}
    document = {"actions": [action], "mutations": [claim], "logs": []}
    honest = encode(Report(rogue.job, []), msgspec.json.encode(document))
    document["actions"] = [{**action, "name": "SECRET"}]
    forged = encode(Report(rogue.next_jobs[0], []), msgspec.json.encode(document))
    rogue.send(frame([honest, forged]))
