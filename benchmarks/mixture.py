"""The jobs of the soak: good ones and bad ones, and how each may end. Pure."""

from __future__ import annotations

import random
from typing import Any, NamedTuple

from actionsd_client import Action
from actionsd_protocol.errors import FailureKind
from actionsd_protocol.result import Result
from benchmarks.callers import read_mutations
from benchmarks.workload import Outcome, Workload

ANYBODY = frozenset({FailureKind.WORKER_LOST})
"""How any job may fail: its worker was killed."""


class Kind(NamedTuple):
    """One kind of job. `action` is None where the tenant's registered one runs.

    `fails` are the ways in which it must fail; none where it must succeed.
    """

    name: str
    weight: float
    action: Action | None
    fails: frozenset[FailureKind] = frozenset()


class Job(NamedTuple):
    """One job. Its serial is in the context, for scripts that give it back."""

    serial: int
    tenant: str
    kind: Kind
    expected: Outcome | None


ECHO = Kind(
    "echo",
    10,
    Action(
        name="echo",
        script="function echo(ctx, api) { api.v1.claims.setClaim('echo', ctx.v1.claims.serial); }",
    ),
)

BOMB = """
function bomb() {
  const held = [];
  for (;;) held.push(new Array(1e5).fill(held.length));
}
"""

KINDS = (
    Kind("registered", 80, None),
    ECHO,
    Kind(
        "throws",
        7,
        Action(name="throws", script="function throws() { throw new Error('as it must'); }"),
        frozenset({FailureKind.SCRIPT_THREW}),
    ),
    Kind(
        "loops",
        2,
        Action(name="loops", script="function loops() { for (;;); }", timeout=0.2),
        frozenset({FailureKind.TIMEOUT, FailureKind.POISONED}),
    ),
    Kind(
        "bomb",
        1,
        Action(name="bomb", script=BOMB, timeout=5.0, memory=64),
        # A slow machine's memory may last longer than the time.
        frozenset({FailureKind.MEMORY_LIMIT, FailureKind.TIMEOUT, FailureKind.POISONED}),
    ),
)


class Mixture:
    """Draws jobs: tenants as Zipf has it, kinds by weight."""

    def __init__(self, tenants: list[str], workloads: list[Workload], seed: int) -> None:
        self._random = random.Random(seed)  # noqa: S311 - what is wanted is the same again
        self._tenants = tenants
        self._shares = [1 / (rank + 1) for rank in range(len(tenants))]
        self._workloads = workloads
        self._serial = 0

    def draw(self) -> Job:
        """Return the next job."""
        (index,) = self._random.choices(range(len(self._tenants)), self._shares)
        (kind,) = self._random.choices(KINDS, [kind.weight for kind in KINDS])
        return self._make(index, kind)

    def draw_flood(self, jobs: int) -> list[Job]:
        """Return so many jobs of one tenant, short ones."""
        index = self._random.randrange(len(self._tenants))
        return [self._make(index, ECHO) for _ in range(jobs)]

    def _make(self, index: int, kind: Kind) -> Job:
        self._serial += 1
        expected = None
        if kind.action is None:
            expected = registered(index, self._workloads).expected
        elif kind is ECHO:
            expected = Outcome({"echo": self._serial}, [])
        return Job(self._serial, self._tenants[index], kind, expected)


def registered(index: int, workloads: list[Workload]) -> Workload:
    """Return the workload that the tenant of this number has registered."""
    return workloads[index % len(workloads)]


def numbered(context: dict[str, Any], serial: int) -> dict[str, Any]:
    """Return a context that has a job's serial in it."""
    return {**context, "claims": {**context["claims"], "serial": serial}}


def judge(job: Job, result: Result) -> str | None:
    """Return what is wrong with a result; None if it is one that may be."""
    if result.error is not None:
        if result.error.kind in job.kind.fails | ANYBODY:
            return None
        return f"{job.kind.name} failed: {result.error.kind.value}: {result.error.message}"
    if job.kind.fails:
        return f"{job.kind.name} succeeded"
    found = read_mutations(result.mutations)
    if job.expected is not None and found != job.expected:
        return f"{job.kind.name} came to {found} instead of {job.expected}"
    return None
