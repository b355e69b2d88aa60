"""The jobs that wait: a bounded queue for each tenant. Pure.

One that floods waits behind itself only. Who has a worker and whose turn it is (`turns`)
is not known here; nothing here takes longer because more jobs or tenants wait.
"""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Callable, Sequence
from operator import attrgetter
from typing import NamedTuple

from actionsd_broker.job import Job

MAX_WAITING_BYTES = 256 * 2**20
"""Contexts of waiting jobs, all tenants together: what a flood may cost in memory."""


class _Wait(NamedTuple):
    """A job that waits, or did, without what it weighs: in the order in which they expire."""

    accepted_at: float
    number: int
    tenant: str


class Queues:
    """Holds every job that was accepted and has not begun."""

    def __init__(self, *, queue_limit: int, queue_seconds: float) -> None:
        self._limit = queue_limit
        self._seconds = queue_seconds
        self._tenants: dict[str, deque[Job]] = {}  # those with waiting jobs
        # A heap of all that wait: as all wait equally long, the first expires first. Most
        # come in order, which costs a heap nothing. Jobs that have begun are dropped when
        # they get to the front.
        self._expiry: list[_Wait] = []
        self._waiting: set[int] = set()
        self._bytes = 0

    @property
    def weight(self) -> int:
        """What the jobs that wait keep in memory, in bytes or so."""
        return self._bytes

    def __len__(self) -> int:
        return len(self._waiting)

    def __contains__(self, tenant: str) -> bool:
        return tenant in self._tenants

    def push(self, job: Job) -> str | None:
        """Take a job in; if it cannot wait, return why."""
        queue = self._tenants.get(job.tenant)
        if queue is not None and len(queue) >= self._limit:
            return f"{self._limit} jobs of this tenant are waiting already"
        if self._bytes + job.weight > MAX_WAITING_BYTES:
            return "too many large jobs are waiting already"
        if queue is None:
            queue = self._tenants[job.tenant] = deque()
        queue.append(job)
        self._note(job)
        return None

    def pop(self, tenant: str) -> Job:
        """Take a tenant's next job out."""
        queue = self._tenants[tenant]
        job = queue.popleft()
        if not queue:
            del self._tenants[tenant]
        self._waiting.remove(job.number)
        self._bytes -= job.weight
        return job

    def first(self, tenant: str) -> Job | None:
        """Return a tenant's next job, None if none waits."""
        queue = self._tenants.get(tenant)
        return None if queue is None else queue[0]

    def length(self, tenant: str) -> int:
        """Return how many jobs of a tenant wait."""
        queue = self._tenants.get(tenant)
        return 0 if queue is None else len(queue)

    def put_back(self, jobs: Sequence[Job]) -> None:
        """Take jobs of one tenant in again, as if they had never been taken out.

        Those accepted before them wait only if they were put back themselves: few.
        """
        queue = self._tenants.setdefault(jobs[0].tenant, deque())
        earlier: list[Job] = []
        while queue and queue[0].number < jobs[-1].number:
            earlier.append(queue.popleft())
        queue.extendleft(sorted((*jobs, *earlier), key=attrgetter("number"), reverse=True))
        for job in jobs:
            self._note(job)

    def take_out(self, unwanted: Callable[[Job], bool]) -> list[Job]:
        """Take out the jobs that are unwanted, wherever they wait: goes through all of them."""
        taken = [job for queue in self._tenants.values() for job in queue if unwanted(job)]
        numbers = {job.number for job in taken}
        for tenant in {job.tenant for job in taken}:
            left = deque(job for job in self._tenants[tenant] if job.number not in numbers)
            if left:
                self._tenants[tenant] = left
            else:
                del self._tenants[tenant]
        self._waiting -= numbers
        self._bytes -= sum(job.weight for job in taken)
        return taken

    def late(self, job: Job, now: float) -> bool:
        """Tell whether a job would have waited too long if it were to wait now."""
        return job.accepted_at + self._seconds <= now

    def expired(self, now: float) -> list[Job]:
        """Take the jobs out that have waited too long."""
        jobs = []
        while self._expiry and self._first_expires() <= now:
            wait = heapq.heappop(self._expiry)
            if wait.number in self._waiting:
                # A tenant's jobs expire in their order, so the one that does is its first.
                jobs.append(self.pop(wait.tenant))
        return jobs

    def next_expiry(self) -> float | None:
        """Return when the next job has waited too long."""
        while self._expiry and self._expiry[0].number not in self._waiting:
            heapq.heappop(self._expiry)
        return self._first_expires() if self._expiry else None

    def _note(self, job: Job) -> None:
        heapq.heappush(self._expiry, _Wait(job.accepted_at, job.number, job.tenant))
        self._waiting.add(job.number)
        self._bytes += job.weight

    def _first_expires(self) -> float:
        return self._expiry[0].accepted_at + self._seconds
