"""Who has a place among the workers, who is next, and who gives way. Pure.

There are `workers` places. Tenants without a worker come before those that have one, unless
they have had much more, and tenants that owe nothing before all; beyond that the turn goes by
what jobs have used (`turns`).

One tenant's flood must cost another's single job no more than little time. So

* a tenant that has no worker and owes nothing gets a spare at once, though no place is
  free. A tenant with several workers gives one up for it when its next job ends;
* a worker that has just been in use is kept for its tenant although it rests: a flood does
  not get it as one more worker of its own before it has rested for `KEEP_SECONDS`. One job
  after the other then finds its own, warm worker, beside any flood;
* a worker is its tenant's for `SLICE_SECONDS` before others that have none may have it, and
  only when it has used more than they have. A slice that has lasted is renewed otherwise.

What the second rule costs: the flood has one worker less while another tenant is active.

A job is charged with its CPU. But a worker that waits for something is nobody else's in the
meantime, so a part of that time counts as if it were used; and so does a process that had to
be made, or many short turns would cost nothing and a single long one all of them.
"""

from __future__ import annotations

from collections.abc import Mapping

from actionsd_broker.config import Config
from actionsd_broker.fleet import Fleet
from actionsd_broker.queues import Queues
from actionsd_broker.share import ORDINARY, Share
from actionsd_broker.turns import BEHIND_ROUNDS, Standing, Turns

SLICE_SECONDS = 0.1
"""How long a worker is its tenant's before others who wait may have its place.

Counted from when it was bound, not from when the others came: then a newcomer waits for
one job at the most where a tenant has had its place for long."""

KEEP_SECONDS = 1.0
"""How long a worker rests before a tenant that owes may have its place as one more; one that
owes nothing may after a slice. A process is made for one job in so long at the most."""

LEND_SECONDS = 0.02
"""How long a worker rests, while more are bound than there are places, before it is retired
to have a spare again: as long as it takes to make one. Who sends one job after the other
does not rest so long; a newcomer after this finds a spare."""

EVEN_SECONDS = 1.0
"""How long a worker is its tenant's before one that has had less may have it as one more."""

HELD_PART = 0.25
"""The part of the time for which a job keeps a worker that is charged at least."""

START_SECONDS = 0.02
"""What a tenant is charged for a worker that is bound to it: a process of its own."""


class Places:
    """Decides about places; the dispatcher carries it out. `turns` has those who wait."""

    def __init__(self, config: Config, fleet: Fleet, queues: Queues) -> None:
        self._ordinary_at_once = config.tenant_at_once
        self._fleet = fleet
        self._queues = queues
        self._start_seconds = 0.0 if config.isolation == "isolate" else START_SECONDS
        self._turns = Turns()
        self._shares: Mapping[str, Share] = {}

    def allot(self, shares: Mapping[str, Share]) -> None:
        """Let these tenants have these shares. No step for a job: goes through all of them."""
        changed = {*self._shares, *shares}
        self._shares = shares
        for tenant in changed:
            self.line_up(tenant)

    def excessive(self, worker: str) -> bool:
        """Tell whether this worker's tenant has more workers than it may."""
        tenant = self._fleet.tenant_of(worker)
        return tenant is not None and self._excess(tenant, self._fleet.held(tenant)) > 0

    def join(self, tenant: str) -> None:
        """Take note of a tenant whose first job begins to wait."""
        self._turns.advance()
        self.line_up(tenant)

    def line_up(self, tenant: str) -> None:
        """Have a tenant wait where it should by now, after whatever has changed about it."""
        if tenant not in self._queues:
            self._turns.leave(tenant)
            return
        held = self._fleet.held(tenant)
        if held > 0:
            standing = Standing.SOME if self._excess(tenant, held) < 0 else Standing.FULL
        else:
            standing = Standing.WITHOUT if self._turns.owes(tenant) else Standing.NEW
        self._turns.stand(tenant, standing)

    def charge(self, tenant: str, cpu_seconds: float, held_seconds: float) -> None:
        """Take note of what a job has used, and how long it had a worker."""
        seconds = max(cpu_seconds, HELD_PART * held_seconds)
        self._turns.charge(tenant, seconds, self._share(tenant).weight)
        self.line_up(tenant)

    def bind(self, worker: str, tenant: str) -> None:
        """Take note of who gets a worker, if it is nobody's so far."""
        if self._fleet.tenant_of(worker) is None:
            self._turns.charge(tenant, self._start_seconds, self._share(tenant).weight)

    def remove(self, worker: str) -> None:
        """Take note that a worker is gone, or will be at once."""
        tenant = self._fleet.tenant_of(worker)
        self._fleet.remove(worker)
        if tenant is not None:
            self.line_up(tenant)

    def next_tenant(self) -> str | None:
        """Return the tenant that should have the next worker."""
        first = self._turns.first()
        return None if first is None else first[1]

    def worker_for(self, tenant: str) -> str | None:
        """Return a worker that the tenant whose turn it is may have now."""
        first = self._turns.first()
        if self._fleet.free_places <= 0 and (first is None or first[0] != Standing.NEW):
            return None
        return self._fleet.unbound_for(tenant)

    def next_turned_out(self) -> tuple[float, str] | None:
        """Return the next worker without a job that others should have instead, and when."""
        worker = self._fleet.least_recent()
        if worker is None:
            return None
        since = self._fleet.idle_since(worker)
        first = self._turns.first()
        standing, tenant = first or (None, "")
        if standing in (Standing.NEW, Standing.WITHOUT) and self._is_short(standing):
            owner = self._fleet.tenant_of(worker) or ""
            at_once = standing == Standing.NEW or self._comes_before(tenant, owner)
            return since + (0.0 if at_once else SLICE_SECONDS), worker
        if self._fleet.free_places < 0:
            return since + LEND_SECONDS, worker
        if standing == Standing.SOME and self._fleet.free_places == 0 and self._fleet.has_unbound():
            return since + (KEEP_SECONDS if self._turns.owes(tenant) else SLICE_SECONDS), worker
        return None

    def must_give_way(self, worker: str, own: str, now: float) -> bool:
        """Tell whether a worker that has just reported is to be another tenant's now."""
        if self.excessive(worker):
            return True
        if own not in self._queues:
            return False
        beyond = self._fleet.free_places < 0
        if beyond and self._fleet.held(own) > 1:
            return True
        if not self._fleet.bound_for(worker, SLICE_SECONDS, now):
            return False
        in_use = self._fleet.resting <= 1  # this one: all others have jobs
        return (beyond and in_use) or self._is_anothers_turn(worker, own, now)

    def _is_anothers_turn(self, worker: str, own: str, now: float) -> bool:
        first = self._turns.first()
        if first is None:
            return False
        standing, other = first
        if standing == Standing.SOME:
            return self._fleet.has_unbound() and self._evens_out(worker, own, other, now)
        return self._is_short(standing) and self._comes_before(other, own)

    def _is_short(self, standing: Standing) -> bool:
        """Tell whether more tenants wait without a worker than will get one as things are."""
        new = self._turns.count(Standing.NEW)
        if standing == Standing.NEW:
            return new > self._fleet.unbound_to_come
        return new + self._turns.count(Standing.WITHOUT) > self._fleet.free_places

    def _comes_before(self, tenant: str, other: str) -> bool:
        return self._turns.round_of(tenant) <= self._turns.round_of(other)

    def _evens_out(self, worker: str, own: str, other: str, now: float) -> bool:
        """Tell whether another tenant should have one more worker for one less of `own`."""
        after = (self._fleet.held(other) + 1) * self._share(own).weight
        before = self._fleet.held(own) * self._share(other).weight
        if after != before:
            return after < before
        # It would only turn the difference round: that is fair where the debts say so.
        behind = self._turns.round_of(own) - self._turns.round_of(other)
        return behind > BEHIND_ROUNDS and self._fleet.bound_for(worker, EVEN_SECONDS, now)

    def _excess(self, tenant: str, held: int) -> int:
        """Return by how many workers a tenant with so many is above what it may have."""
        at_once = self._share(tenant).at_once
        allowed = self._ordinary_at_once if at_once is None else at_once
        return held - allowed if allowed else -1

    def _share(self, tenant: str) -> Share:
        return self._shares.get(tenant, ORDINARY)
