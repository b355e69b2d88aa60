"""A job on its way through the broker. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from actionsd_broker.plan import Plan
from actionsd_protocol.messages import Step, Trace

SLACK_SECONDS = 0.5
"""What a step may take beyond its own limits before the broker steps in. An honest worker
ends it by itself, 50 ms after its time at the latest; this is for one that does not."""


@dataclass(frozen=True, slots=True)
class Job:
    """One trigger for one tenant."""

    number: int
    tenant: str
    trigger: str
    plan: Plan
    context: bytes
    check: bool
    accepted_at: float
    trace: Trace | None = None
    whole: Plan | None = None  # what was asked for, where some of it is switched off

    def named(self) -> dict[str, str]:
        """Return whose it is and where it comes from, for the log."""
        names = {"tenant": self.tenant, "trigger": self.trigger}
        if self.trace is not None:
            names |= {} if self.trace.request is None else {"request": self.trace.request}
            names |= {} if self.trace.parent is None else {"trace": self.trace.parent}
        return names

    @property
    def weight(self) -> int:
        """What it keeps in memory while it waits, in bytes or so."""
        return len(self.context) + self.plan.weight

    @property
    def budget_seconds(self) -> float:
        """The longest that an honest worker can take for it."""
        return sum(_step_seconds(step) for step in self.plan.steps)

    @property
    def cpu_seconds(self) -> float:
        """The most that its actions may use of a CPU."""
        return sum(step.cpu for step in self.plan.steps)


def _step_seconds(step: Step) -> float:
    return step.script_seconds + step.timeout + SLACK_SECONDS
