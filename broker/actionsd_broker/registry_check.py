"""Whether the scripts of a registry compile and define their functions.

The broker runs no scripts, so it asks a worker: one check job for each action, one after
the other, through the same queue as every job. Pure: jobs to ask for, results in.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from actionsd_broker.errors import RegistryError
from actionsd_broker.plan import Plan, make_plan
from actionsd_broker.registry import RegisteredAction, Registry
from actionsd_protocol.errors import FailureKind
from actionsd_protocol.result import JobResult, Result

_CUT_SHORT = (FailureKind.FETCH_DENIED, FailureKind.METADATA_FAILED)


class CheckJob(NamedTuple):
    """A job that loads one action's script and looks its function up."""

    tenant: str
    trigger: str
    plan: Plan


class RegistryCheck:
    """Goes through the actions of one registry; `done` hears of the end."""

    def __init__(
        self, registry: Registry, done: Callable[[Registry, RegistryError | None], None]
    ) -> None:
        self._registry = registry
        self._left = list(reversed(registry.actions))
        self._problems: list[str] = []
        self._done = done

    def next(self) -> CheckJob | None:
        """Return the next check job, None if that was all."""
        if self._left:
            current = self._left[-1]
            return CheckJob(current.tenant, current.trigger, make_plan([current.strict]))
        error = RegistryError(self._problems) if self._problems else None
        self._done(self._registry, error)
        return None

    def result(self, result: JobResult) -> None:
        """Take the result of the job that `next` asked for."""
        problem = describe_problem(self._left.pop(), result)
        if problem is not None:
            self._problems.append(problem)


def describe_problem(registered: RegisteredAction, result: JobResult | Result) -> str | None:
    """Return what is wrong with an action by its check's result: file, line and reason."""
    if result.error is None or is_cut_short(result):
        return None
    place = str(registered.path)
    message = result.error.message
    failures = [action.error for action in result.actions if action.error is not None]
    if failures and failures[0].line is not None:
        place += f":{failures[0].line}:{failures[0].column}"
    return f"{place}: action {registered.action.name}: {message}"


def is_cut_short(result: JobResult | Result) -> bool:
    """Say whether a check ended where the script's top level asked the broker for something.

    Checks are not given anything, so it threw. With an answer it may well run, and what is
    behind that place cannot be checked.
    """
    return result.error is not None and result.error.kind in _CUT_SHORT
