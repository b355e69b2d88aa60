"""Triggers: names, aliases and what an action of each may change."""

from __future__ import annotations

from typing import get_args

import pytest

from actionsd_protocol.report import AnyMutation
from actionsd_protocol.triggers import ALIASES, OPS, TRIGGERS, log_claim, resolve_trigger


@pytest.mark.parametrize("name", TRIGGERS)
def test_full_name_stands_for_itself(name: str) -> None:
    assert resolve_trigger(name) == name


@pytest.mark.parametrize(
    ("alias", "name"),
    [
        ("2:4", "complement-token/pre-userinfo"),
        ("preuserinfo", "complement-token/pre-userinfo"),
        ("2:5", "complement-token/pre-access-token"),
        ("preaccesstoken", "complement-token/pre-access-token"),
    ],
)
def test_alias_stands_for_its_trigger(alias: str, name: str) -> None:
    assert resolve_trigger(alias) == name


@pytest.mark.parametrize(
    "name", ["", "2:6", "PreUserinfo", " preuserinfo", "complement-token", "x" * 1000, "\ud800"]
)
def test_anything_else_is_no_trigger(name: str) -> None:
    assert resolve_trigger(name) is None


def test_aliases_lead_to_triggers_only() -> None:
    assert set(ALIASES.values()) <= set(TRIGGERS)
    assert not ALIASES.keys() & set(TRIGGERS)


def test_every_trigger_says_what_it_may_change() -> None:
    known = {kind.__struct_config__.tag for kind in get_args(AnyMutation)}
    assert set(OPS) == set(TRIGGERS)
    assert all(ops <= known for ops in OPS.values())


def test_log_claim_names_its_action() -> None:
    assert log_claim("flatRoles") == "urn:zitadel:iam:action:flatRoles:log"
