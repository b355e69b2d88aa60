"""Which actions are not run for a while because they keep ending workers. Pure.

Deaths are counted for a tenant's chain of scripts under a trigger: what was in the worker
when it died, no more and no less. Three deaths within a minute close the way for ten
seconds. Then one job is let through at a time: if its worker lives, all is forgotten; if
it dies, the way is closed for twice as long as before. A script that was changed is
another chain, with nothing held against it.
"""

from __future__ import annotations

import hashlib
import math
from collections import OrderedDict, deque
from dataclasses import dataclass, field

from actionsd_broker.job import Job

DEATHS = 3
"""So many within `WINDOW_SECONDS` are too many."""

WINDOW_SECONDS = 60.0
FIRST_SECONDS = 10.0
LONGEST_SECONDS = 600.0

REMEMBERED = 4096
"""Chains that have ended a worker; the one whose last death is longest ago is forgotten."""


@dataclass(slots=True)
class _Record:
    """What is held against one chain."""

    deaths: deque[float] = field(default_factory=lambda: deque(maxlen=DEATHS))
    seconds: float = 0.0  # how long it was shut out last; 0 if never
    until: float = 0.0
    trial: int | None = None  # the job that was let through since

    def shut_out(self, seconds: float, now: float) -> None:
        """Begin, or begin again, to refuse."""
        self.seconds = min(seconds, LONGEST_SECONDS)
        self.until = now + self.seconds
        self.trial = None


class Quarantine:
    """Hears how workers fared with their jobs; says which jobs not to run."""

    def __init__(self) -> None:
        self._records: OrderedDict[bytes, _Record] = OrderedDict()

    def refusal(self, job: Job, now: float) -> str | None:
        """Return why a job must not be run now, None if it may."""
        record = self._find(job)
        if record is None or record.seconds == 0:
            return None
        if now < record.until:
            return _message(f"not run for another {math.ceil(record.until - now)} s")
        if record.trial is not None:
            return _message("just being tried again with another job")
        return None

    def suspects(self, job: Job, now: float) -> bool:
        """Tell whether a job's chain has ended a worker lately, or is refused at times."""
        record = self._find(job)
        if record is None:
            return False
        return record.seconds > 0 or now - record.deaths[-1] <= WINDOW_SECONDS

    def began(self, job: Job) -> None:
        """Take note that a job that was not refused is in a worker."""
        record = self._find(job)
        if record is not None and record.seconds > 0:
            record.trial = job.number

    def survived(self, job: Job) -> None:
        """Take note that a worker has reported on a job."""
        record = self._find(job)
        if record is not None and record.trial == job.number:
            del self._records[_key(job)]

    def spared(self, job: Job) -> None:
        """Take note that a worker died with a job that is not to blame for it."""
        record = self._find(job)
        if record is not None and record.trial == job.number:
            record.trial = None

    def died(self, job: Job, now: float) -> None:
        """Take note that a job has ended its worker."""
        key = _key(job)
        record = self._records.setdefault(key, _Record())
        self._records.move_to_end(key)
        if len(self._records) > REMEMBERED:
            self._records.popitem(last=False)
        if record.seconds > 0:
            # One that had begun before the others were refused is no news.
            if now >= record.until:
                record.shut_out(2 * record.seconds, now)
            return
        record.deaths.append(now)
        if len(record.deaths) == DEATHS and now - record.deaths[0] <= WINDOW_SECONDS:
            record.shut_out(FIRST_SECONDS, now)

    def _find(self, job: Job) -> _Record | None:
        # As a rule there is nothing against anybody, and no need to make a key.
        return self._records.get(_key(job)) if self._records else None


def _key(job: Job) -> bytes:
    # A digest: a chain of many long names must not cost more memory than another.
    parts = [job.tenant, job.trigger]
    for step in job.plan.steps:
        parts += [step.name, step.script]
    text = "".join(f"{len(part)}:{part}" for part in parts)
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()


def _message(state: str) -> str:
    return (
        f"this chain of actions has ended {DEATHS} workers or more, and is {state}; the log "
        "says how they ended; a changed script is run at once"
    )
