"""What is switched off, and what that leaves of a job. Pure.

The break-glass switch: a bad action must never lock everybody out. An operator takes a
tenant, an action, one action of one tenant, or everything out of service; jobs go on with
what is left of their chains, and succeed at once where nothing is.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from datetime import datetime
from typing import TypeAlias

from msgspec import Struct

from actionsd_broker.job import Job
from actionsd_protocol.messages import Name, Text

Scope: TypeAlias = tuple[str | None, str | None]
"""A tenant and the name of an action; None for all of them."""

EVERYTHING: Scope = (None, None)

MOST_SWITCHES = 1000
"""So that neither the file nor what is told of it grows without bounds."""


class Switch(Struct, frozen=True, forbid_unknown_fields=True):
    """One thing that is off: since when (RFC 3339), by whom and why."""

    tenant: Name | None
    action: Name | None
    since: Text
    by: Text = ""
    reason: Text = ""

    @property
    def scope(self) -> Scope:
        """What is off."""
        return self.tenant, self.action


class TooManySwitchesError(Exception):
    """Raised when there is no room for another switch; its text says what to do."""


class Switches:
    """Everything that is off, in the order in which it was switched off."""

    def __init__(self, entries: Sequence[Switch] = ()) -> None:
        self.entries = tuple({entry.scope: entry for entry in entries}.values())
        self._scopes = frozenset(entry.scope for entry in self.entries)

    def __len__(self) -> int:
        return len(self.entries)

    def __contains__(self, scope: Scope) -> bool:
        return scope in self._scopes

    @property
    def everything(self) -> bool:
        """Whether nothing runs, whoever asks for it."""
        return EVERYTHING in self._scopes

    def off(self, tenant: str, action: str) -> bool:
        """Tell whether an action of a tenant is not to be run."""
        return not self._scopes.isdisjoint(
            (EVERYTHING, (tenant, None), (None, action), (tenant, action))
        )

    def with_off(self, switch: Switch) -> Switches:
        """Return the same with one thing more off; what it says of one already off is replaced.

        Raises TooManySwitchesError; there is always room for everything.
        """
        kept = [entry for entry in self.entries if entry.scope != switch.scope]
        if len(kept) >= MOST_SWITCHES and switch.scope != EVERYTHING:
            text = f"{MOST_SWITCHES} things are off already: switch all of a tenant off instead"
            raise TooManySwitchesError(text)
        return Switches([*kept, switch])

    def without(self, scope: Scope) -> Switches:
        """Return the same with one thing on again.

        That which was switched off: what else covers it, or is covered by it, stays off.
        """
        return Switches([entry for entry in self.entries if entry.scope != scope])

    def leave(self, job: Job) -> Job:
        """Return a job with what is on now of the chain that was asked for.

        A check is left whole: nothing of it is called, and whoever mends an action that is
        off wants to know whether it is fit.
        """
        if job.check or not (self._scopes or job.whole):
            return job
        whole = job.whole or job.plan
        steps = tuple(step for step in whole.steps if not self.off(job.tenant, step.name))
        if steps == job.plan.steps:
            return job
        # A worker is sent the texts of a plan, and none that it is not to run.
        sources = {step.script: whole.sources[step.script] for step in steps}
        plan = whole._replace(steps=steps, sources=sources)
        return dataclasses.replace(job, plan=plan, whole=whole)


def unreadable(problem: str, now: datetime) -> Switches:
    """Return what is off where nobody knows any more what was: everything.

    What was off must not come on by itself: it may be what locks everybody out. And there
    must be a daemon to tell what is to be on: jobs that succeed without their actions are
    what an operator chose before, jobs that fail are not.
    """
    since = now.isoformat(timespec="seconds")
    return Switches([Switch(None, None, since, by="actionsd", reason=problem[:1000])])
