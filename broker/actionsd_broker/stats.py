"""What became of the jobs, by tenant and by action: the figures that operators look at. Pure.

Every answered job passes through `job_done`, so that costs a few microseconds and no more
with more tenants. Whoever was not heard of for longest is forgotten when there are too many;
what it had is kept in `others`.
"""

from __future__ import annotations

from collections import OrderedDict, defaultdict
from collections.abc import Mapping
from operator import itemgetter
from typing import Any, Generic, TypeVar

from actionsd_broker.tallies import SLOT_SECONDS, SLOTS, Ledger, Names, Tally
from actionsd_protocol.result import JobResult

MOST_ENTRIES = 1000
"""Tenants that are remembered, and actions."""

MOST_SHOWN = 50
"""Tenants in a document, and actions: it is made while jobs wait."""

NO_FETCHES: Mapping[int, float] = {}

KeyT = TypeVar("KeyT")


class Book(Generic[KeyT]):
    """Ledgers by key: so many of those last heard of, and one for all others."""

    def __init__(self, most: int = MOST_ENTRIES) -> None:
        self._most = most
        self._ledgers: OrderedDict[KeyT, Ledger] = OrderedDict()
        self._others = Ledger()
        self._forgotten = 0

    def of(self, key: KeyT, slot: int) -> Ledger:
        """Return whose ledger it is, to take something in."""
        ledger = self._ledgers.get(key)
        if ledger is not None:
            self._ledgers.move_to_end(key)
            return ledger
        if len(self._ledgers) >= self._most:
            _, oldest = self._ledgers.popitem(last=False)
            self._others.absorb(oldest, slot)
            self._forgotten += 1
        ledger = self._ledgers[key] = Ledger()
        return ledger

    def shown(self) -> list[tuple[KeyT, Ledger]]:
        """Return those that have used most CPU, in the last minute and before."""
        weighed = [(ledger.weight(), key, ledger) for key, ledger in self._ledgers.items()]
        weighed.sort(key=itemgetter(0), reverse=True)
        return [(key, ledger) for _, key, ledger in weighed[:MOST_SHOWN]]

    def describe_others(self, slot: int) -> dict[str, Any]:
        """Return what was forgotten, and how many are remembered and were not."""
        whole, _ = self._others.sums(slot)
        return {
            "remembered": len(self._ledgers),
            "forgotten": self._forgotten,
            "total": whole.describe(),
        }


class Stats:
    """The figures of one broker, from `now` on."""

    def __init__(self, now: float, most: int = MOST_ENTRIES) -> None:
        self._since = now
        self._tenants: Book[str] = Book(most)
        self._actions: Book[tuple[str, str]] = Book(most)
        self._triggers: defaultdict[tuple[str, str], Tally] = defaultdict(Tally)  # by outcome too
        self._jobs = self._failed = 0
        self._recent: OrderedDict[int, int] = OrderedDict()  # jobs by slot
        self.restarts = Names()
        self.retirements = Names()
        self._failures = Names()  # by kind

    def job_done(
        self,
        tenant: str,
        trigger: str,
        result: JobResult,
        now: float,
        fetch_seconds: Mapping[int, float] = NO_FETCHES,
    ) -> None:
        """Take in a job's result; `fetch_seconds` are by the action's place in the job."""
        slot = int(now / SLOT_SECONDS)
        self._jobs += 1
        self._count(slot)
        tally = self._tenants.of(tenant, slot).at(slot)
        cpu_ms = 0.0
        for place, action in enumerate(result.actions):
            if action.outcome == "skipped":
                continue
            cpu_ms += action.cpu_ms
            own = self._actions.of((tenant, action.name), slot).at(slot)
            own.count += 1
            own.run.note(action.wall_ms / 1000)
            own.cpu.note(action.cpu_ms / 1000)
            if action.error is not None:
                own.fail(action.error.kind.value)
            if place in fetch_seconds:
                own.fetch.note(fetch_seconds[place])
        for each in (tally, self._triggers[trigger, result.outcome]):
            each.count += 1
            each.queue.note(result.timing.queue_ms / 1000)
            each.run.note(result.timing.run_ms / 1000)
            each.cpu.note(cpu_ms / 1000)
            if fetch_seconds:
                each.fetch.note(sum(fetch_seconds.values()))
        if result.error is not None:
            self._failed += 1
            self._failures.note(result.error.kind.value)
            tally.fail(result.error.kind.value)
            if not result.actions and result.error.action is not None:
                # It has ended its worker, which says nothing any more.
                own = self._actions.of((tenant, result.error.action), slot).at(slot)
                own.count += 1
                own.fail(result.error.kind.value)

    def describe(self, now: float) -> dict[str, Any]:
        """Return the figures as a document."""
        slot = int(now / SLOT_SECONDS)
        self._forget_slots(slot)
        covered = min(now - self._since, (SLOTS - 1) * SLOT_SECONDS + now % SLOT_SECONDS)
        return {
            "uptime_seconds": round(now - self._since, 3),
            "jobs": self._jobs,
            "failed": self._failed,
            "jobs_per_second": round(sum(self._recent.values()) / max(covered, 1.0), 3),
            "restarts": self.restarts.describe(),
            "retirements": self.retirements.describe(),
            "failures": self._failures.describe(),
            "triggers": [
                {
                    "trigger": trigger,
                    "outcome": outcome,
                    "queue": tally.queue.describe_bounds(),
                    "run": tally.run.describe_bounds(),
                    "cpu": tally.cpu.describe_bounds(),
                    "fetch": tally.fetch.describe_bounds(),
                }
                for (trigger, outcome), tally in self._triggers.items()
            ],
            "tenants": [
                {"tenant": tenant, **_describe(ledger, slot)}
                for tenant, ledger in self._tenants.shown()
            ],
            "actions": [
                {"tenant": tenant, "action": action, **_describe(ledger, slot, is_action=True)}
                for (tenant, action), ledger in self._actions.shown()
            ],
            "others": {
                "tenants": self._tenants.describe_others(slot),
                "actions": self._actions.describe_others(slot),
            },
        }

    def _count(self, slot: int) -> None:
        if slot in self._recent:
            self._recent[slot] += 1
        else:
            self._forget_slots(slot)
            self._recent[slot] = 1

    def _forget_slots(self, slot: int) -> None:
        while self._recent and next(iter(self._recent)) <= slot - SLOTS:
            self._recent.popitem(last=False)


def _describe(ledger: Ledger, slot: int, *, is_action: bool = False) -> dict[str, Any]:
    whole, minute = ledger.sums(slot)
    described = {"total": whole.describe(), "minute": minute.describe()}
    if is_action:
        for each in described.values():
            del each["queue"]  # only jobs wait
    return described
