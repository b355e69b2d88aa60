"""Which worker is whose: the ready workers, the tenants they are bound to, their wear. Pure.

A worker that has had no job is nobody's. With `isolation` "process" or "job" its first job
binds it to that job's tenant for its whole life, since a script that took the process
over would see every later job in it. With "isolate" it is bound while it has a job only.

More workers may be ready than there are places for tenants: those to spare are what lets a
tenant that comes next, or after a death, begin without waiting for a process to start. A
spare may be bound while there is no place free, until one is: whom that is granted, and
who pays for it, the dispatcher decides.
"""

from __future__ import annotations

import sys
from collections import Counter, OrderedDict
from dataclasses import dataclass
from typing import NamedTuple

from actionsd_broker.config import Config


class Record(NamedTuple):
    """Whose a worker is, None if nobody's, and how many jobs it was given so far."""

    tenant: str | None
    jobs: int


@dataclass(slots=True)
class _Worker:
    """One ready worker. Its age is counted from its first job: before, nothing wears it."""

    name: str
    tenant: str | None = None  # bound to
    last_tenant: str | None = None
    bound_at: float = 0.0
    first_job_at: float = 0.0
    idle_since: float = 0.0
    jobs: int = 0


class Fleet:
    """Knows every worker that is ready, whether it has a job or not."""

    def __init__(self, config: Config) -> None:
        self._places = config.workers
        self._spares = config.spares
        self._processes = config.workers + config.spares
        self._isolation = config.isolation
        self._recycle_jobs = config.recycle_jobs
        self._recycle_seconds = config.recycle_seconds
        self._workers: dict[str, _Worker] = {}
        # Those without a job, the longest idle first: nobody's, and bound ones.
        self._unbound: OrderedDict[str, _Worker] = OrderedDict()
        self._resting: OrderedDict[str, _Worker] = OrderedDict()
        # The same by whose they are, or were last.
        self._known_to: dict[str | None, dict[str, _Worker]] = {}
        self._held: Counter[str] = Counter()  # bound workers, of tenants that have any
        self._bound = 0

    @property
    def places(self) -> int:
        """How many workers may be bound at a time."""
        return self._places

    @property
    def idle(self) -> list[str]:
        """The workers that have no job."""
        return [*self._unbound, *self._resting]

    @property
    def free_places(self) -> int:
        """How many workers may be bound beside those that are; below 0 if spares are."""
        return self._places - self._bound

    @property
    def unbound_to_come(self) -> int:
        """How many workers are nobody's, when all have started that there should be."""
        return self._processes - self._bound

    @property
    def resting(self) -> int:
        """How many bound workers have no job."""
        return len(self._resting)

    def held(self, tenant: str) -> int:
        """Return how many workers are bound to a tenant."""
        return self._held[tenant]

    def tenant_of(self, worker: str) -> str | None:
        """Return whose a worker is, None if it is nobody's or gone."""
        known = self._workers.get(worker)
        return None if known is None else known.tenant

    def record_of(self, worker: str) -> Record | None:
        """Return what a worker has served, None if it is gone."""
        known = self._workers.get(worker)
        return None if known is None else Record(known.tenant, known.jobs)

    def scale(self, places: int) -> None:
        """Have so many places from now on, and as many workers as belong to them."""
        self._places = places
        self._processes = places + self._spares

    def add(self, worker: str) -> None:
        """Take note of a worker that is ready for its first job."""
        self._workers[worker] = self._unbound[worker] = _Worker(worker)

    def remove(self, worker: str) -> None:
        """Take note that a worker is gone, or will be at once."""
        known = self._workers.pop(worker, None)
        if known is not None:
            self._wake(known)
            self._unbind(known)

    def idle_of(self, tenant: str) -> str | None:
        """Return a worker without a job that is bound to this tenant."""
        if tenant not in self._held or self._isolation == "isolate":
            return None
        return next(iter(self._known_to.get(tenant, ())), None)

    def unbound_for(self, tenant: str) -> str | None:
        """Return a worker that can be bound to this tenant."""
        if not self._unbound:
            return None
        if self._isolation == "isolate" and tenant in self._known_to:
            return next(iter(self._known_to[tenant]))  # it need not change its tenant
        return next(iter(self._unbound))

    def has_unbound(self) -> bool:
        """Tell whether a worker is ready that is nobody's."""
        return bool(self._unbound)

    def least_recent(self) -> str | None:
        """Return the bound worker that has been without a job for longest."""
        return next(iter(self._resting), None)

    def idle_since(self, worker: str) -> float:
        """Return when a worker has had its last job."""
        return self._workers[worker].idle_since

    def take(self, worker: str, tenant: str, jobs: int, now: float) -> bool:
        """Give a worker jobs of this tenant; return whether they need a new realm."""
        taken = self._workers[worker]
        self._wake(taken)
        if taken.tenant is None:
            taken.tenant = tenant
            taken.bound_at = now
            self._held[tenant] += 1
            self._bound += 1
        if taken.jobs == 0:
            taken.first_job_at = now
        taken.jobs += jobs
        previous, taken.last_tenant = taken.last_tenant, tenant
        return self._isolation == "job" or previous not in (None, tenant)

    def jobs_left(self, worker: str) -> int:
        """Return how many jobs a worker may be given before it is worn; at least one."""
        left = self._recycle_jobs - self._workers[worker].jobs
        return max(left, 1) if self._recycle_jobs > 0 else sys.maxsize

    def release(self, worker: str, now: float) -> None:
        """Take note that a worker has no job any more."""
        released = self._workers[worker]
        released.idle_since = now
        if self._isolation == "isolate":
            self._unbind(released)
            self._unbound[worker] = released
        else:
            self._resting[worker] = released
        self._known_to.setdefault(released.last_tenant, {})[worker] = released

    def bound_for(self, worker: str, seconds: float, now: float) -> bool:
        """Tell whether a worker has been its tenant's for so long."""
        return self._workers[worker].bound_at + seconds <= now

    def worn(self, worker: str, now: float) -> str | None:
        """Return why a worker should be retired, None if it need not be."""
        known = self._workers[worker]
        if self._is_one_too_many(known):
            return "one too many"
        if 0 < self._recycle_jobs <= known.jobs:
            return f"{known.jobs} jobs"
        if self._wears(known) and known.first_job_at + self._recycle_seconds <= now:
            return f"in use for {self._recycle_seconds:g} s"
        return None

    def next_worn(self) -> float | None:
        """Return when the next worker without a job should be replaced."""
        idle = (*self._unbound.values(), *self._resting.values())
        ages = [w.first_job_at for w in idle if self._wears(w)]
        return min(ages) + self._recycle_seconds if ages else None

    def _is_one_too_many(self, worker: _Worker) -> bool:
        if len(self._workers) <= self._processes:
            return False
        # Nobody's is of more use than a bound one that rests, where too many are bound.
        return worker.tenant is not None or self._bound <= self._places or not self._resting

    def _wears(self, worker: _Worker) -> bool:
        return self._recycle_seconds > 0 and worker.jobs > 0

    def _wake(self, worker: _Worker) -> None:
        self._unbound.pop(worker.name, None)
        self._resting.pop(worker.name, None)
        known = self._known_to.get(worker.last_tenant)
        if known is not None and known.pop(worker.name, None) is not None and not known:
            del self._known_to[worker.last_tenant]

    def _unbind(self, worker: _Worker) -> None:
        if worker.tenant is not None:
            self._bound -= 1
            self._held[worker.tenant] -= 1
            if self._held[worker.tenant] == 0:
                del self._held[worker.tenant]
            worker.tenant = None
