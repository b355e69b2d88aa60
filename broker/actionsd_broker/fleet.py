"""Which worker is whose: the ready workers, the tenants they are bound to, their wear. Pure.

A worker that has had no job is nobody's. With `isolation` "process" or "job" its first job
binds it to that job's tenant for its whole life, since a script that took the process
over would see every later job in it. With "isolate" it is bound while it has a job only.

More workers may be ready than tenants may use at a time: those to spare are what lets a
tenant that comes next, or after a death, begin without waiting for a process to start.
"""

from __future__ import annotations

import sys
from collections import Counter, OrderedDict
from dataclasses import dataclass

from actionsd_broker.config import Config

SLICE_SECONDS = 0.1
"""How long a worker is its tenant's before others who wait may have its place.

Counted from when it was bound, not from when the others came: then a newcomer waits for
one job at the most where a tenant has had its place for long, and still no worker is
retired for another tenant's sake within its first slice unless it has nothing to do."""


@dataclass(slots=True)
class _Worker:
    """One ready worker. Its age is counted from its first job: before, nothing wears it."""

    name: str
    tenant: str | None = None  # bound to
    last_tenant: str | None = None
    bound_at: float = 0.0
    first_job_at: float = 0.0
    jobs: int = 0


class Fleet:
    """Knows every worker that is ready, whether it has a job or not."""

    def __init__(self, config: Config) -> None:
        self._places = config.workers
        self._isolation = config.isolation
        self._recycle_jobs = config.recycle_jobs
        self._recycle_seconds = config.recycle_seconds
        self._workers: dict[str, _Worker] = {}
        self._idle: OrderedDict[str, _Worker] = OrderedDict()  # the longest idle first
        self._held: Counter[str] = Counter()  # bound workers, of tenants that have any

    @property
    def idle(self) -> list[str]:
        """The workers that have no job."""
        return list(self._idle)

    @property
    def free_places(self) -> int:
        """How many workers may be bound beside those that are."""
        return self._places - self._held.total()

    @property
    def tenants(self) -> list[str]:
        """The tenants that have a worker."""
        return list(self._held)

    def held(self, tenant: str) -> int:
        """Return how many workers are bound to a tenant."""
        return self._held[tenant]

    def tenant_of(self, worker: str) -> str | None:
        """Return whose a worker is, None if it is nobody's."""
        return self._workers[worker].tenant

    def add(self, worker: str) -> None:
        """Take note of a worker that is ready for its first job."""
        self._workers[worker] = self._idle[worker] = _Worker(worker)

    def remove(self, worker: str) -> None:
        """Take note that a worker is gone, or will be at once."""
        self._idle.pop(worker, None)
        known = self._workers.pop(worker, None)
        if known is not None:
            self._unbind(known)

    def idle_of(self, tenant: str) -> str | None:
        """Return a worker without a job that is bound to this tenant."""
        if tenant not in self._held:
            return None
        return next((w.name for w in self._idle.values() if w.tenant == tenant), None)

    def unbound_for(self, tenant: str) -> str | None:
        """Return a worker that may be bound to this tenant now."""
        if self.free_places <= 0:
            return None
        unbound = [w for w in self._idle.values() if w.tenant is None]
        # Rather one that need not change its tenant, where workers do.
        mine = [w for w in unbound if w.last_tenant == tenant]
        return next((w.name for w in (*mine, *unbound)), None)

    def has_unbound(self) -> bool:
        """Tell whether a worker is ready that is nobody's."""
        return any(worker.tenant is None for worker in self._idle.values())

    def least_recent(self) -> str | None:
        """Return the bound worker that has been without a job for longest."""
        return next((w.name for w in self._idle.values() if w.tenant is not None), None)

    def take(self, worker: str, tenant: str, jobs: int, now: float) -> bool:
        """Give a worker jobs of this tenant; return whether they need a new realm."""
        taken = self._idle.pop(worker)
        if taken.tenant is None:
            taken.tenant = tenant
            taken.bound_at = now
            self._held[tenant] += 1
        if taken.jobs == 0:
            taken.first_job_at = now
        taken.jobs += jobs
        previous, taken.last_tenant = taken.last_tenant, tenant
        return self._isolation == "job" or previous not in (None, tenant)

    def jobs_left(self, worker: str) -> int:
        """Return how many jobs a worker may be given before it is worn; at least one."""
        left = self._recycle_jobs - self._workers[worker].jobs
        return max(left, 1) if self._recycle_jobs > 0 else sys.maxsize

    def release(self, worker: str) -> None:
        """Take note that a worker has no job any more."""
        released = self._idle[worker] = self._workers[worker]
        if self._isolation == "isolate":
            self._unbind(released)

    def slice_over(self, worker: str, now: float) -> bool:
        """Tell whether a worker has been its tenant's for a slice."""
        return self._workers[worker].bound_at + SLICE_SECONDS <= now

    def worn(self, worker: str, now: float) -> str | None:
        """Return why a worker should be replaced, None if it need not be."""
        known = self._workers[worker]
        if 0 < self._recycle_jobs <= known.jobs:
            return f"{known.jobs} jobs"
        if self._wears(known) and known.first_job_at + self._recycle_seconds <= now:
            return f"in use for {self._recycle_seconds:g} s"
        return None

    def next_worn(self) -> float | None:
        """Return when the next worker without a job should be replaced."""
        ages = [w.first_job_at for w in self._idle.values() if self._wears(w)]
        return min(ages) + self._recycle_seconds if ages else None

    def _wears(self, worker: _Worker) -> bool:
        return self._recycle_seconds > 0 and worker.jobs > 0

    def _unbind(self, worker: _Worker) -> None:
        if worker.tenant is not None:
            self._held[worker.tenant] -= 1
            if self._held[worker.tenant] == 0:
                del self._held[worker.tenant]
            worker.tenant = None
