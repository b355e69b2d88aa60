"""Actions that ask the broker for something, and configurations that let them."""

from __future__ import annotations

import json
from typing import Any

import msgspec
from servers import Site

from actionsd_broker.fetch.rules import AllowTable
from actionsd_client import Action, Client, Result

TRIGGER = "complement-token/pre-userinfo"

_REQUIRE = """
const http = require('zitadel/http');
const metadata = require('zitadel/metadata/user');
"""


def action(body: str, name: str = "f", **more: Any) -> Action:
    """Return an action that does this, with `http`, `metadata` and `say` (a claim) at hand."""
    start = "const say = (key, value) => api.v1.claims.setClaim(key, value);"
    script = f"{_REQUIRE}function {name}(ctx, api) {{ {start} {body} }}"
    return Action(name=name, script=script, **more)


def call(client: Client, *actions: Action, tenant: str = "acme", user: str = "alice") -> Result:
    """Run actions for a user of a tenant."""
    context = {"user": {"id": user}}
    return client.call(TRIGGER, tenant=tenant, context=context, actions=list(actions))


def claims(result: Result) -> dict[str, Any]:
    """Return the claims of a job that succeeded."""
    assert result.error is None, result.error
    return result.claims()


def quote(text: str) -> str:
    """Return a text as it is written in JavaScript."""
    return json.dumps(text)


def entry(table: AllowTable, place: str = "fetch.allow") -> str:
    """Return an entry of the allowlist as TOML, for the configuration or a manifest."""
    pairs = msgspec.to_builtins(table).items()
    lines = [f"{key} = {json.dumps(value)}" for key, value in pairs if value is not None]
    return "\n".join([f"[[{place}]]", *lines, ""])


def opening(site: Site, *hosts: str, place: str = "fetch.allow") -> str:
    """Return entries that allow all of a site, under these names of its."""
    return "".join(entry(site.rule(host), place) for host in hosts or ("127.0.0.1",))
