"""What the dispatcher decides, for others to carry out. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from actionsd_broker.job import Job
from actionsd_protocol.errors import FailureKind


@dataclass(frozen=True, slots=True)
class Assign:
    """Give this worker these jobs, in a realm that no other job has used if `new_realm`."""

    worker: str
    jobs: tuple[Job, ...]
    new_realm: bool


@dataclass(frozen=True, slots=True)
class Complete:
    """This worker's report is the answer to this job."""

    job: Job
    started_at: float


@dataclass(frozen=True, slots=True)
class Fail:
    """This job has failed; `started_at` is None if it never began."""

    job: Job
    kind: FailureKind
    message: str
    started_at: float | None = None


@dataclass(frozen=True, slots=True)
class Kill:
    """End this worker's process at once: it cannot be trusted, or does not stop."""

    worker: str
    reason: str


@dataclass(frozen=True, slots=True)
class Retire:
    """End this worker's process, which has no job of its own, and make another: no fault."""

    worker: str
    reason: str


@dataclass(frozen=True, slots=True)
class Skip:
    """This job is done: everything that it had to run is switched off."""

    job: Job


Command: TypeAlias = Assign | Complete | Fail | Kill | Retire | Skip
