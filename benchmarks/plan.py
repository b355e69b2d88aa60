"""What is measured in which order. Pure.

A session is one start of something, a daemon or a peer, with some runs. All sessions come
once in each repetition, so that a machine that slows down for a while does so for all.
"""

from __future__ import annotations

from typing import Literal, NamedTuple, TypeAlias

from benchmarks.workload import Workload

Subject: TypeAlias = Literal[
    "actionsd",
    "floor",
    "plain node",
    "pool, fresh MiniRacer",
    "pool, reused MiniRacer",
    "isolated-vm, fresh context",
    "isolated-vm, fresh isolate",
    "goja, fresh VM",
    "goja in a loop",
    "workerd, no fresh context",
]

POOLS: tuple[Subject, ...] = ("pool, fresh MiniRacer", "pool, reused MiniRacer")
ISOLATED_VM: tuple[Subject, ...] = ("isolated-vm, fresh context", "isolated-vm, fresh isolate")
GOJA: tuple[Subject, ...] = ("goja, fresh VM",)
WORKERD: tuple[Subject, ...] = ("workerd, no fresh context",)
CANNOT_WAIT: dict[Subject, str] = {
    **dict.fromkeys(POOLS, "MiniRacer has no call that a script can wait for"),
    **dict.fromkeys(WORKERD, "its fetch gives a promise, which a script cannot wait for"),
}
"""Why a script cannot fetch there, where it cannot."""

BASE_WORKERS = 2


class Scope(NamedTuple):
    """What is asked for."""

    workloads: list[Workload]
    workers: list[int]
    in_flight: list[int]
    peers: tuple[Subject, ...] = ()

    @property
    def base_workers(self) -> int:
        """With how many workers latency is measured against load."""
        return BASE_WORKERS if BASE_WORKERS in self.workers else self.workers[0]


class Pace(NamedTuple):
    """How often, and for how long."""

    repetitions: int
    seconds: float
    warm_up_seconds: float


class Session(NamedTuple):
    """One start of a subject, and the loads it is measured under."""

    subject: Subject
    workload: Workload | None
    workers: int
    in_flight: list[int]


def make_plan(scope: Scope, *, node: bool) -> list[Session]:
    """Return the sessions of one repetition."""
    plan = [Session("floor", None, scope.base_workers, scope.in_flight)]
    for workload in scope.workloads:
        for workers in scope.workers:
            base = workers == scope.base_workers
            loads = scope.in_flight if base else [max(scope.in_flight)]
            plan.append(Session("actionsd", workload, workers, loads))
            if base:
                ends = sorted({min(scope.in_flight), max(scope.in_flight)})
                plan += [
                    Session(peer, workload, workers, ends)
                    for peer in scope.peers
                    if can_run(peer, workload) is None
                ]
        if set(GOJA) & set(scope.peers):
            plan.append(Session("goja in a loop", workload, 1, [1]))
        if node and workload.name == "w3":
            plan.append(Session("plain node", workload, 1, [1]))
    return plan


def can_run(peer: Subject, workload: Workload) -> str | None:
    """Return why a peer cannot run a workload; None if it can."""
    if workload.fetches and peer in CANNOT_WAIT:
        return f"{peer}: {workload.name} left out, {CANNOT_WAIT[peer]}"
    return None


def weigh(session: Session, pace: Pace) -> float:
    """Return about how many seconds a run of a session takes, its share of the start included."""
    tail = 0.3 if session.workload is not None and session.workload.name == "w3" else 0.0
    start = 1.5 if session.subject == "floor" else 1.5 / len(session.in_flight)
    return pace.seconds + pace.warm_up_seconds + tail + start
