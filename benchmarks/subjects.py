"""What is put under load: started, and asked what it has spent."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

import psutil

from benchmarks.accounting import children_cpu, own_cpu
from benchmarks.callers import DaemonTarget, HttpTarget, Target
from benchmarks.daemon import Daemon, settings_for
from benchmarks.errors import BenchmarkError
from benchmarks.peers.installed import Installed
from benchmarks.peers.pool import Mode, PoolTarget
from benchmarks.plan import Session
from benchmarks.site import site_for
from benchmarks.workload import TENANT, Workload


class Started(NamedTuple):
    """A subject that runs; `spent` is given the process of load."""

    target: Target
    spent: Callable[[psutil.Process], Mapping[str, float]]


@contextlib.contextmanager
def started(session: Session, installed: Installed, *, inline: bool) -> Iterator[Started]:
    """Run a session's subject for as long as the block lasts, and the site if it is needed."""
    if session.workload is None:
        raise BenchmarkError(f"{session.subject}: no workload")
    with contextlib.ExitStack() as stack:
        subject = stack.enter_context(_subject(session, session.workload, installed, inline))
        site = stack.enter_context(site_for(session.workload))
        if site is None:
            yield subject
            return
        yield subject._replace(
            spent=lambda client: {**subject.spent(client), "site": own_cpu(site)}
        )


@contextlib.contextmanager
def _subject(
    session: Session,
    workload: Workload,
    installed: Installed,
    inline: bool,  # noqa: FBT001 - passed on
) -> Iterator[Started]:
    workers = session.workers
    match session.subject:
        case "actionsd":
            with Daemon.running(settings_for(workload, workers, inline=inline)) as daemon:
                script = str(workload.script) if inline else None
                target = DaemonTarget(daemon.endpoint, TENANT, script)
                yield Started(target, lambda _: daemon.cpu())
        case "pool, fresh MiniRacer" | "pool, reused MiniRacer":
            mode: Mode = "fresh" if "fresh" in session.subject else "reused"
            pool = PoolTarget(mode, workers, workload.name, str(workload.script))
            yield Started(pool, lambda client: {"worker": children_cpu(client)})
        case _:
            with installed.serving(session.subject, workload, workers) as server:
                yield Started(HttpTarget(server.port), lambda _: {"worker": server.cpu()})
