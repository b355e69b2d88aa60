"""Readiness is a job that was done, just now, by whomever."""

from __future__ import annotations

import asyncio
import time

import pytest
from servers import run

from actionsd_client import AsyncClient, Result
from actionsd_gateway.health import Readiness
from actionsd_gateway.jobs import Fault, FaultKind, Jobs
from actionsd_protocol.errors import FailureKind
from actionsd_protocol.result import JobFailure, Timing

OVERLOADED = JobFailure(FailureKind.OVERLOADED, "full")
DONE = Result("succeeded", None, [], [], [], Timing(0, 0, 0))
FULL = Result("failed", OVERLOADED, [], [], [], Timing(0, 0, 0))


class Probed(Jobs):
    """Jobs whose probe ends as a test says; None: it does not."""

    def __init__(self, outcome: Result | Fault | None) -> None:
        super().__init__(AsyncClient("ipc:///nowhere"), 1.0)
        self.probes = 0
        self._outcome = outcome

    async def probe(self) -> Result | Fault:
        self.probes += 1
        if self._outcome is None:
            await asyncio.Event().wait()
        assert self._outcome is not None
        return self._outcome


@pytest.mark.parametrize(
    ("outcome", "ready"),
    [(DONE, True), (FULL, False), (Fault(FaultKind.UNREACHABLE, ""), False), (None, False)],
)
def test_gateway_is_ready_if_its_own_job_is_done_in_time(
    outcome: Result | Fault | None, ready: bool
) -> None:
    assert run(Readiness(Probed(outcome), 0.01).ready()) is ready


def test_however_many_ask_one_job_is_done() -> None:
    async def scenario() -> None:
        jobs = Probed(DONE)
        readiness = Readiness(jobs)
        assert all(await asyncio.gather(*(readiness.ready() for _ in range(20))))
        assert jobs.probes == 1

    run(scenario())


def test_jobs_of_clients_are_proof_enough_while_they_are_new() -> None:
    jobs = Probed(FULL)
    jobs.proved_at = time.monotonic()
    assert run(Readiness(jobs).ready())
    jobs.proved_at -= 3600
    assert not run(Readiness(jobs).ready())
    assert jobs.probes == 1
