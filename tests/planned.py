"""Exports, and what is planned of them, for tests of what `actionsd import` makes."""

from __future__ import annotations

import json

import msgspec
from zitadel_api import Org, action

from actionsd_broker.migration.export import Export, Organisation, make_export
from actionsd_broker.migration.plan import PlannedAction, PlannedTenant, Refused, plan_export


def organisation(org: Org) -> Organisation:
    """Return an organisation as it is read of the API."""
    flows = [org.flow(type_) for type_ in "1234"]
    return msgspec.json.decode(
        json.dumps(
            {"id": org.id, "name": org.name, "actions": org.actions, "flows": flows}
        ).encode(),
        type=Organisation,
    )


def export(*orgs: Org) -> Export:
    """Return an export of these organisations."""
    return make_export("https://z.example", tuple(map(organisation, orgs)))


def planned(org: Org) -> PlannedTenant:
    """Return the tenant that one organisation becomes."""
    [tenant] = plan_export(export(org))
    assert isinstance(tenant, PlannedTenant)
    return tenant


def refused(org: Org) -> str:
    """Return why nothing becomes of an organisation."""
    [refusal] = plan_export(export(org))
    assert isinstance(refusal, Refused)
    return refusal.reason


def bound(script: str, *ids: str) -> PlannedAction:
    """Return an action `f` that is bound to triggers, by their `flow:trigger` ids."""
    tenant = planned(Org("1", "x", [action(1, "f", script)], {each: ["f"] for each in ids}))
    return tenant.actions[0]
