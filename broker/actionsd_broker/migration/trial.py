"""Checks imported scripts in a worker, as `actionsd check` does: they are loaded, not run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from actionsd_broker.config import Config
from actionsd_broker.ephemeral import ephemeral_broker
from actionsd_broker.migration.plan import PlannedAction, PlannedTenant
from actionsd_broker.registry import RegisteredAction
from actionsd_broker.registry_check import describe_problem, is_cut_short
from actionsd_client import Client
from actionsd_protocol.triggers import TRIGGERS


@dataclass(frozen=True)
class Trials:
    """By tenant and action: what keeps a script from being loaded, and which ask at once."""

    broken: dict[tuple[str, str], str]
    cut_short: frozenset[tuple[str, str]]


def try_scripts(tenants: Sequence[PlannedTenant]) -> Trials:
    """Load every script once, in a broker of our own. Raises what that raises."""
    broken: dict[tuple[str, str], str] = {}
    cut_short: set[tuple[str, str]] = set()
    with ephemeral_broker(Config(workers=1)) as line, Client(line.endpoint) as client:
        for tenant in tenants:
            for planned in tenant.actions:
                problem, is_short = _try(client, tenant.id, planned)
                if problem is not None:
                    broken[tenant.id, planned.name] = problem
                if is_short:
                    cut_short.add((tenant.id, planned.name))
    return Trials(broken, frozenset(cut_short))


def _try(client: Client, tenant: str, planned: PlannedAction) -> tuple[str | None, bool]:
    trigger = planned.triggers[0] if planned.triggers else TRIGGERS[0]
    registered = RegisteredAction(tenant, planned.action, Path(planned.file), trigger)
    actions = [registered.strict]
    result = client.call(trigger, tenant=tenant, context=b"{}", actions=actions, check=True)
    return describe_problem(registered, result), is_cut_short(result)
