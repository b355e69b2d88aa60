from __future__ import annotations

import json
from typing import Any

import pytest
from zitadel_api import action

from actionsd_broker.migration.export import (
    ExportedAction,
    ExportError,
    check_id,
    read_export,
    write_export,
)


def document(**changes: Any) -> bytes:
    flow = {"type": {"id": "2"}, "triggerActions": [{"triggerType": {"id": "4"}}]}
    whole = {
        "format": "actionsd-zitadel-actions",
        "version": 1,
        "source": "https://z.example",
        "organizations": [
            {"id": "1", "name": "Acme", "actions": [action(1, "f", "x")], "flows": [flow]},
            {"id": "2", "problem": "no"},
        ],
    }
    return json.dumps({**whole, **changes}).encode()


def test_what_is_saved_is_read_again() -> None:
    export = read_export(document(), "z.json")
    [acme, other] = export.organizations
    assert acme.actions[0].name == "f"
    assert acme.flows[0].trigger_actions[0].actions == ()
    assert other.problem == "no"
    assert read_export(write_export(export), "again") == export


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"", "z.json: not an export"),
        (b"[]", "Expected `object`"),
        (b'\xff{"format": 1}', "z.json: not an export"),
        (document(format="other"), "$.format"),
        (document(version=2), "$.version"),
        (document(more=1), "unknown field `more`"),
        (document(organizations=[{"id": "1"}, {"id": "1"}]), "organisation 1 is in it twice"),
        (document(organizations=[{"id": "1", "action": []}]), "unknown field `action`"),
        (document(organizations=[{"id": ""}]), "$.organizations[...].id"),
        (document(organizations=[{"id": "1\n2"}]), "$.organizations[...].id"),
        (document()[:-20], "z.json: not an export"),
    ],
)
def test_what_is_no_export_is_refused(data: bytes, text: str) -> None:
    with pytest.raises(ExportError) as caught:
        read_export(data, "z.json")
    assert text.replace("[...]", "") in str(caught.value).replace("[0]", "").replace("[...]", "")


@pytest.mark.parametrize(
    ("timeout", "seconds"),
    [("10s", 10), ("0.25s", 0.25), ("1.500000000s", 1.5), ("20s", 20), ("60s", 20), ("0s", 20)],
)
def test_timeout_is_what_zitadel_makes_of_it(timeout: str, seconds: float) -> None:
    assert ExportedAction("1", timeout=timeout).timeout_seconds == seconds


def test_no_timeout_is_the_longest() -> None:
    assert ExportedAction("1").timeout_seconds == 20


@pytest.mark.parametrize("timeout", ["10", "10ms", "-1s", "1e3s", "٣s"])
def test_what_is_no_duration_is_refused(timeout: str) -> None:
    with pytest.raises(ExportError, match="action 'f': timeout"):
        _ = ExportedAction("1", name="f", timeout=timeout).timeout_seconds


@pytest.mark.parametrize(
    ("state", "active"),
    [
        ("ACTION_STATE_ACTIVE", True),
        ("ACTION_STATE_INACTIVE", False),
        ("ACTION_STATE_UNSPECIFIED", False),
        ("", False),
    ],
)
def test_only_one_state_is_active(state: str, *, active: bool) -> None:
    assert ExportedAction("1", state=state).active is active


def test_id_is_one_word() -> None:
    assert check_id("266-a") == "266-a"
    for text in ("", "a b", "a\r\nX: y", "ü"):
        with pytest.raises(ExportError, match="no id"):
            check_id(text)
