"""What actions store about a user is there for that user's next job, and for nobody else's.

Cases are one job each, so what takes two is here (spec 2.6, 5.4).
"""

from __future__ import annotations

from typing import Any

import pytest

from actionsd_client import Action, Client, Result
from actionsd_protocol.triggers import (
    EXTERNAL_PRE_CREATION,
    INTERNAL_PRE_CREATION,
    PRE_USERINFO,
)

READ = """const { log } = require('zitadel/log');
const store = require('zitadel/metadata/user');
function read() {
  for (const entry of store.get().metadata) log('%s %j %d', entry.key, entry.value, entry.sequence);
}"""


def ask(
    client: Client, script: str, user: str, tenant: str = "acme", trigger: str = PRE_USERINFO
) -> Result:
    context: dict[str, Any] = {"user": {"id": user}}
    name = "read" if script is READ else "write"
    action = Action(name=name, script=script)
    return client.call(trigger, tenant=tenant, context=context, actions=[action])


def write(client: Client, user: str, value: int, tenant: str = "acme") -> None:
    script = f"function write(ctx, api) {{ api.v1.user.setMetadata('k', {value}); }}"
    assert ask(client, script, user, tenant).outcome == "succeeded"


def read(client: Client, user: str, tenant: str = "acme", trigger: str = PRE_USERINFO) -> list[str]:
    result = ask(client, READ, user, tenant, trigger)
    assert result.outcome == "succeeded", result.error
    return [line.message for line in result.logs]


def test_next_job_of_the_user_reads_what_was_written(client: Client) -> None:
    write(client, "next", 1)
    write(client, "next", 2)
    assert read(client, "next") == ["k 2 2"]


def test_same_value_again_is_no_change(client: Client) -> None:
    write(client, "same", 1)
    write(client, "same", 1)
    assert read(client, "same") == ["k 1 1"]


def test_another_user_does_not_see_it(client: Client) -> None:
    write(client, "one", 1)
    assert read(client, "another") == []


def test_another_tenants_user_of_the_same_id_does_not_see_it(client: Client) -> None:
    write(client, "shared", 1, tenant="acme")
    write(client, "shared", 2, tenant="globex")
    assert read(client, "shared", tenant="acme") == ["k 1 1"]
    assert read(client, "shared", tenant="globex") == ["k 2 1"]


def test_write_of_an_action_that_failed_afterwards_stays(client: Client) -> None:
    script = "function write(ctx, api) { api.v1.user.setMetadata('k', 1); throw 'late'; }"
    assert ask(client, script, "late").outcome == "failed"
    assert read(client, "late") == ["k 1 1"]


@pytest.mark.parametrize("trigger", [EXTERNAL_PRE_CREATION, INTERNAL_PRE_CREATION])
def test_metadata_for_a_user_who_is_created_is_not_stored(client: Client, trigger: str) -> None:
    script = "function write(ctx, api) { api.v1.user.appendMetadata('k', 1); }"
    assert len(ask(client, script, "new", trigger=trigger).mutations) == 1
    assert read(client, "new", trigger=trigger) == []
