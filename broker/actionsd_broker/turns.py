"""Whose turn it is: deficit round robin, charged with what jobs have used. Pure.

Each round allows every tenant `QUANTUM_SECONDS` for its weight. What a job uses is known
when it is over, so a tenant may take more than it is allowed, and sits out the rounds that
it owes for. A round in which all owe is over at once: nothing is kept back for nobody.
Whoever did not wait for a while comes back without debts, and without savings: what others
used in the meantime was nobody else's.

Knows tenants by name only: neither jobs nor workers. No step takes longer because more
tenants wait or are known, but for the heap of round numbers, whose depth grows by one
when they double.
"""

from __future__ import annotations

import heapq
from collections import OrderedDict
from enum import IntEnum

QUANTUM_SECONDS = 0.01
"""What a tenant of weight 1 may use in a round: much less than a slice of a worker, so that
rounds tell tenants apart that have used a little more or less."""

BEHIND_ROUNDS = round(0.5 / QUANTUM_SECONDS)
"""Who has no worker comes before who has some, unless it has had so much more. Where places
cannot be divided by weight, this lets tenants take turns with one; as a worker's process
ends with each turn, they are not short."""


class Standing(IntEnum):
    """What a tenant that waits has so far."""

    NEW = 0  # no worker and no debt
    WITHOUT = 1  # no worker, but it has used its share
    SOME = 2  # workers, and it may have more
    FULL = 3  # as many workers as it may have


class Turns:
    """The tenants that wait, in turn, and what each owes."""

    def __init__(self) -> None:
        self._round = 0
        # The round, with a fraction, up to which a tenant has used its quantum.
        self._used: OrderedDict[str, float] = OrderedDict()
        self._latest = 0.0  # of all that were ever in `_used`
        self._standings: dict[str, Standing] = {}
        self._new, self._without, self._some, full = (_Line() for _ in Standing)
        self._lines = (self._new, self._without, self._some, full)

    def first(self) -> tuple[Standing, str] | None:
        """Return the tenant whose turn it is of those who may have a worker."""
        if self._new:
            return Standing.NEW, self._new.first()[1]
        if not self._some:
            return (Standing.WITHOUT, self._without.first()[1]) if self._without else None
        number, tenant = self._some.first()
        if self._without and self._without.first()[0] <= number + BEHIND_ROUNDS:
            return Standing.WITHOUT, self._without.first()[1]
        return Standing.SOME, tenant

    def count(self, standing: Standing) -> int:
        """Return how many tenants have this standing."""
        return len(self._lines[standing])

    def advance(self) -> None:
        """Find out what round it is: whenever another tenant begins to wait, before `stand`."""
        if not self._standings:
            self._round = int(self._latest) + 1  # nobody was kept waiting: nothing is owed
        elif not self._new:
            rounds = [line.first()[0] for line in self._lines if line]
            self._round = max(self._round, min(rounds))
        # Old entries without a debt go, two for each that may come.
        for _ in range(min(2, len(self._used))):
            oldest = next(iter(self._used))
            if self._used[oldest] <= self._round:
                del self._used[oldest]
            else:
                self._used.move_to_end(oldest)

    def stand(self, tenant: str, standing: Standing) -> None:
        """Let a tenant wait, behind all of its standing and round."""
        self.leave(tenant)
        self._standings[tenant] = standing
        self._lines[standing].add(tenant, self.round_of(tenant))

    def leave(self, tenant: str) -> None:
        """Take note that a tenant does not wait any more."""
        standing = self._standings.pop(tenant, None)
        if standing is not None:
            self._lines[standing].discard(tenant)

    def charge(self, tenant: str, seconds: float, weight: float) -> None:
        """Take note of what a tenant has used."""
        rounds = seconds / (QUANTUM_SECONDS * weight)
        used = self._used[tenant] = max(self._used.get(tenant, 0.0), self._round) + rounds
        self._latest = max(self._latest, used)

    def round_of(self, tenant: str) -> int:
        """Return the round in which it is this tenant's turn."""
        return max(self._round, int(self._used.get(tenant, 0.0)))

    def owes(self, tenant: str) -> bool:
        """Tell whether a tenant has used anything of this round or later ones."""
        return self._used.get(tenant, 0.0) > self._round


class _Line:
    """Tenants by rounds, and within a round as they came."""

    def __init__(self) -> None:
        self._round_of: dict[str, int] = {}
        self._rounds: dict[int, OrderedDict[str, None]] = {}
        self._numbers: list[int] = []  # the keys of `_rounds`, as a heap

    def __len__(self) -> int:
        return len(self._round_of)

    def first(self) -> tuple[int, str]:
        """Return the first tenant and its round; there must be one."""
        while not self._rounds[self._numbers[0]]:
            del self._rounds[heapq.heappop(self._numbers)]
        number = self._numbers[0]
        return number, next(iter(self._rounds[number]))

    def add(self, tenant: str, number: int) -> None:
        self._round_of[tenant] = number
        tenants = self._rounds.get(number)
        if tenants is None:
            tenants = self._rounds[number] = OrderedDict()
            heapq.heappush(self._numbers, number)
        tenants[tenant] = None

    def discard(self, tenant: str) -> None:
        del self._rounds[self._round_of.pop(tenant)][tenant]
