"""Jobs and commands for tests of the broker's decisions."""

from __future__ import annotations

from actionsd_broker.decisions import Assign, Command, Fail
from actionsd_broker.job import Job
from actionsd_broker.plan import Plan, make_plan
from actionsd_protocol.errors import FailureKind
from actionsd_protocol.messages import Action

PLAN = make_plan([Action(name="f", script="function f() {}", timeout=1.0)])
BUDGET_SECONDS = 2.5


def job(
    number: int, tenant: str = "t", at: float = 0.0, *, context: bytes = b"{}", plan: Plan = PLAN
) -> Job:
    """Return a job of one action that may take a second."""
    return Job(number, tenant, "complement-token/pre-userinfo", plan, context, False, at)


def assigned(commands: list[Command]) -> list[tuple[str, int]]:
    """Return which worker was given which job."""
    return [(c.worker, job.number) for c in commands if isinstance(c, Assign) for job in c.jobs]


def failures(commands: list[Command]) -> list[tuple[int, FailureKind]]:
    """Return which job has failed as what."""
    return [(c.job.number, c.kind) for c in commands if isinstance(c, Fail)]
