from __future__ import annotations

import msgspec
import pytest
from planned import export, organisation, planned, refused
from zitadel_api import Org, action

from actionsd_broker.migration.export import Organisation, make_export
from actionsd_broker.migration.plan import PlannedTenant, Refused, plan_export


def test_organisation_becomes_a_tenant_with_its_flows_in_order() -> None:
    actions = [action(1, "b", "B"), action(2, "a", "A", allowedToFail=True, timeout="1.5s")]
    tenant = planned(Org("266", "Acme", actions, {"2:5": ["b", "a"], "1:1": ["a"]}))
    assert (tenant.id, tenant.name, tenant.stem) == ("266", "Acme", "266")
    assert list(tenant.flows.items()) == [
        ("external-authentication/post-authentication", ("a",)),
        ("complement-token/pre-access-token", ("b", "a")),
    ]
    first, second = tenant.actions
    assert (first.name, first.file, first.active) == ("a", "266/a.js", True)
    assert (first.action.timeout, first.action.allowed_to_fail) == (1.5, True)
    assert (second.action.script, second.action.timeout) == ("B", 10.0)
    assert second.triggers == ("complement-token/pre-access-token",)


def test_action_may_be_bound_twice() -> None:
    tenant = planned(Org("1", "", [action(1, "f", "")], {"2:4": ["f", "f"]}))
    assert tenant.flows == {"complement-token/pre-userinfo": ("f", "f")}
    assert len(tenant.actions) == 1


def test_inactive_action_is_kept_and_not_bound() -> None:
    actions = [action(1, "on", ""), action(2, "off", "", state="ACTION_STATE_INACTIVE")]
    tenant = planned(Org("1", "", actions, {"2:4": ["off", "on"]}))
    assert tenant.flows == {"complement-token/pre-userinfo": ("on",)}
    assert tenant.skipped == {"complement-token/pre-userinfo": ("off",)}
    assert [(each.name, each.active) for each in tenant.actions] == [("off", False), ("on", True)]


def test_action_that_only_a_flow_has_is_kept() -> None:
    whole = organisation(Org("1", "", [action(1, "f", "")], {"2:4": ["f"]}))
    [tenant] = plan_export(make_export("x", (msgspec.structs.replace(whole, actions=()),)))
    assert isinstance(tenant, PlannedTenant)
    assert tenant.flows == {"complement-token/pre-userinfo": ("f",)}


def test_organisations_without_actions_become_nothing() -> None:
    assert plan_export(export(Org("1", "empty"))) == []


def test_organisation_that_could_not_be_read_is_refused() -> None:
    unread = Organisation("1", "Acme", problem="status 403")
    assert plan_export(make_export("x", (unread,))) == [Refused("1", "Acme", "status 403")]


def test_names_and_ids_become_files_that_are_safe_and_differ() -> None:
    actions = [action(1, "a b", ""), action(2, "a_b", ""), action(3, "A_B", "")]
    first, second = plan_export(export(Org("../x", "", actions), Org("___x", "", actions)))
    assert isinstance(first, PlannedTenant)
    assert isinstance(second, PlannedTenant)
    assert (first.stem, second.stem) == ("___x", "___x-2")
    assert [each.file for each in first.actions] == [
        "___x/A_B.js",
        "___x/a_b-2.js",
        "___x/a_b-3.js",
    ]


@pytest.mark.parametrize(
    ("org", "reason"),
    [
        (Org("1", "", [action(1, "f", "a"), action(2, "f", "b")]), "two actions are called 'f'"),
        (Org("1", "", [action(1, "", "a")]), "its name has 0 characters"),
        (Org("1", "", [action(1, "f" * 201, "a")]), "its name has 201 characters"),
        (Org("1", "", [action(1, "f", "x" * 524_289)]), "its script has 524289 characters"),
        (Org("1", "", [action(1, "f", "", timeout="soon")]), "is no duration"),
        (Org("1", "", [action(1, "f", "")], {"4:9": ["f"]}), "flow and trigger 4:9 are unknown"),
        (Org("1", "", [action(1, "f", "")], {"2:4": ["f"] * 65}), "has 65 actions; 64 are"),
        (
            Org(
                "1",
                "",
                [action(n, f"f{n}", "é" * 500_000) for n in range(20)],
                {"2:4": [f"f{n}" for n in range(20)]},
            ),
            "the scripts of complement-token/pre-userinfo have 20000000 bytes",
        ),
    ],
)
def test_what_a_registry_cannot_hold_is_refused_and_said(org: Org, reason: str) -> None:
    assert reason in refused(org)


def test_broken_action_that_nobody_runs_is_left_out() -> None:
    actions = [action(1, "f", ""), action(2, "g", "", state="ACTION_STATE_INACTIVE")]
    tenant = planned(Org("1", "", actions, {"2:4": ["g"]})).without({"f": "why", "g": "also"})
    assert [each.left_out for each in tenant.actions] == ["why", "also"]


def test_broken_action_that_runs_stays_so_that_nothing_is_allowed_by_leaving_it_out() -> None:
    actions = [action(1, "f", ""), action(2, "g", "", allowedToFail=True)]
    tenant = planned(Org("1", "", actions, {"2:4": ["f", "g"]})).without({"f": "a", "g": "b"})
    assert [each.left_out for each in tenant.actions] == [None, None]
    assert tenant.flows == {"complement-token/pre-userinfo": ("f", "g")}
