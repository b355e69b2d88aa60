"""Runs the plan, and gathers what comes of it."""

from __future__ import annotations

import time
from collections import defaultdict
from functools import partial
from typing import NamedTuple

from benchmarks.figures import Figure, Point, Run, make_figure
from benchmarks.floor import run_floor
from benchmarks.generator import Order
from benchmarks.lifecycle import Effort, Lifecycle, measure_lifecycle
from benchmarks.load import Load
from benchmarks.machine import Machine, look_at_machine
from benchmarks.peers.installed import Installed, install_peers
from benchmarks.peers.loop import Looped
from benchmarks.peers.node import Hot, find_node, run_hot
from benchmarks.plan import (
    POOLS,
    Pace,
    Scope,
    Session,
    Subject,
    can_run,
    make_plan,
    weigh,
)
from benchmarks.progress import Progress
from benchmarks.report import Conditions, Report, compare_with_goja, compare_with_node
from benchmarks.site import site_for
from benchmarks.subjects import started
from benchmarks.workload import Workload

FULL_EFFORT = Effort(starts=5, kills=20, switches=50)
QUICK_EFFORT = Effort(starts=2, kills=5, switches=10)
ONCE_SECONDS = 0.25
"""What a start, a kill or a change of tenant takes, or so."""


class Request(NamedTuple):
    """What the suite is asked for."""

    scope: Scope
    pace: Pace
    quick: bool = False
    inline: bool = False


class Peers(NamedTuple):
    """What can be compared with on this machine; `skipped` says what cannot, and why."""

    subjects: tuple[Subject, ...]
    installed: Installed
    skipped: list[str]


NO_PEERS = Peers((), Installed(), [])


def find_peers(workloads: list[Workload]) -> Peers:
    """Return the peers that there are, installed if need be."""
    installed, skipped = install_peers()
    subjects = POOLS + installed.subjects
    reasons = [can_run(peer, workload) for peer in subjects for workload in workloads]
    skipped += [reason for reason in reasons if reason is not None]
    return Peers(subjects, installed, skipped)


class Suite:
    """One run of the suite."""

    def __init__(self, request: Request, peers: Peers) -> None:
        self._request = request
        self._installed = peers.installed
        self._skipped = list(peers.skipped)
        self._node = find_node()
        if self._node is None and any(w.name == "w3" for w in request.scope.workloads):
            self._skipped.append("plain node: there is none here to compare w3 with")
        self._runs: dict[tuple[Subject, str, Point], list[Run]] = defaultdict(list)
        self._hot: list[Hot] = []
        self._looped: dict[str, list[Looped]] = defaultdict(list)  # by workload

    def run(self) -> Report:
        """Measure everything."""
        since = time.monotonic()
        scope, pace, quick, _ = self._request
        machine = look_at_machine()
        plan = make_plan(scope, node=self._node is not None) * pace.repetitions
        effort = QUICK_EFFORT if quick else FULL_EFFORT
        weights = [weigh(session, pace) for session in plan for _ in session.in_flight]
        progress = Progress([ONCE_SECONDS * sum(effort), *weights])
        for line in (str(machine), *(f"left out: {reason}" for reason in self._skipped)):
            progress.note(line)
        progress.begin("start, respawn, change of tenant, memory")
        workload = scope.workloads[0]
        with site_for(workload):
            lifecycle = measure_lifecycle(workload, scope.base_workers, effort)
        for session in plan:
            self._run_session(session, progress)
        return self._report(machine, lifecycle, time.monotonic() - since)

    def _run_session(self, session: Session, progress: Progress) -> None:
        pace = self._request.pace
        match session:
            case Session("floor", _, workers, loads):
                for in_flight in loads:
                    point = Point(workers, in_flight)
                    progress.begin(describe(session, point))
                    run = run_floor(point, pace.seconds, pace.warm_up_seconds)
                    self._runs["floor", "", point].append(run)
            case Session("plain node", Workload() as workload) if self._node is not None:
                progress.begin(f"{session.subject}: {workload.name}")
                self._hot.append(run_hot(self._node, workload, pace.seconds))
            case Session("goja in a loop", Workload() as workload) if self._installed.goja:
                progress.begin(f"{session.subject}: {workload.name}")
                with site_for(workload):
                    looped = self._installed.goja.run_loop(workload, pace.seconds)
                self._looped[workload.name].append(looped)
            case Session(_, Workload() as workload):
                self._load(session, workload, progress)

    def _load(self, session: Session, workload: Workload, progress: Progress) -> None:
        pace = self._request.pace
        with (
            started(session, self._installed, inline=self._request.inline) as subject,
            Load.sending(subject.target, workload) as load,
        ):
            for in_flight in session.in_flight:
                point = Point(session.workers, in_flight)
                progress.begin(describe(session, point))
                spent = partial(subject.spent, load.process)
                load.run(Order(pace.warm_up_seconds, in_flight), spent)
                run = load.run(Order(pace.seconds, in_flight), spent)
                self._runs[session.subject, workload.name, point].append(run)

    def _report(self, machine: Machine, lifecycle: Lifecycle, seconds: float) -> Report:
        scope, pace, quick, inline = self._request
        names = [workload.name for workload in scope.workloads]
        base = Point(scope.base_workers, max(scope.in_flight))
        ours = {name: self._figures("actionsd", name) for name in names}
        at_base = {name: f for name in names for f in ours[name] if f.point == base}
        return Report(
            machine=machine,
            conditions=Conditions(
                repetitions=pace.repetitions,
                seconds=pace.seconds,
                warm_up_seconds=pace.warm_up_seconds,
                quick=quick,
                registered=not inline,
                context_bytes=scope.workloads[0].context.stat().st_size,
            ),
            workloads=ours,
            floor=self._figures("floor", ""),
            peers={
                peer: {name: figures for name in names if (figures := self._figures(peer, name))}
                for peer in scope.peers
            },
            plain_node=compare_with_node(self._hot, at_base.get("w3")),
            goja_in_a_loop={
                name: compare_with_goja(looped, at_base.get(name))
                for name, looped in self._looped.items()
            },
            lifecycle=lifecycle,
            skipped=self._skipped,
            seconds=round(seconds, 1),
        )

    def _figures(self, subject: Subject, workload: str) -> list[Figure]:
        points = [p for (whose, what, p) in self._runs if (whose, what) == (subject, workload)]
        return [make_figure(p, self._runs[subject, workload, p]) for p in sorted(points)]


def describe(session: Session, point: Point) -> str:
    """Return what a run is, for people."""
    what = "" if session.workload is None else f": {session.workload.name}"
    workers = f"{point.workers} worker{'' if point.workers == 1 else 's'}"
    return f"{session.subject}{what}, {workers}, {point.in_flight} in flight"
