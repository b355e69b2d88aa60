"""A server that answers as ZITADEL's API does where actions are read: real HTTP on loopback.

As protojson does, it leaves out what is empty or false, and writes 64 bit numbers as texts.
"""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field
from typing import Any

from servers import Asked, answering

TOKEN = "pat-0123456789-of-a-test"  # noqa: S105 - this server's own

_LISTS = {"/v2/organizations/_search": "ORGANIZATION", "/admin/v1/orgs/_search": "ORG"}


def action(number: int, name: str, script: str, **more: Any) -> dict[str, Any]:
    """Return an action as the API has it: active, 10 s, not allowed to fail."""
    return {
        "id": f"7{number:05}",
        "details": {"sequence": "3", "resourceOwner": "1"},
        "state": "ACTION_STATE_ACTIVE",
        "name": name,
        "script": script,
        "timeout": "10s",
        **more,
    }


@dataclass
class Org:
    """An organisation; `flows` has the names of bound actions by `flow:trigger` ids."""

    id: str
    name: str
    actions: list[dict[str, Any]] = field(default_factory=list)
    flows: dict[str, list[str]] = field(default_factory=dict)

    def flow(self, type_: str) -> dict[str, Any]:
        """Return what `GET /flows/{type}` has as `flow`."""
        by_name = {each["name"]: each for each in self.actions}
        bound = [
            {
                "triggerType": {"id": ids.split(":")[1], "name": {"key": "Action.TriggerType.X"}},
                "actions": [by_name[name] for name in names],
            }
            for ids, names in self.flows.items()
            if ids.split(":")[0] == type_
        ]
        flow = {"type": {"id": type_, "name": {"key": "Action.Flow.Type.X"}}, "details": {}}
        return {
            **flow,
            "state": "FLOW_STATE_ACTIVE",
            **({"triggerActions": bound} if bound else {}),
        }


class ZitadelApi:
    """The API. `denied` organisations exist, and the token may not read them."""

    def __init__(self, *orgs: Org, denied: tuple[str, ...] = (), older: bool = False) -> None:
        self._orgs = {org.id: org for org in orgs}
        self._denied = denied
        self._older = older
        self.largest_page = 1000
        self.passing_faults = 0

    async def answer(self, asked: Asked, writer: asyncio.StreamWriter) -> None:
        """Answer one request."""
        status, document = self._answer(asked)
        headers = ("Content-Type: application/json", "Connection: close")
        await answering(json.dumps(document), status, headers)(asked, writer)

    def _answer(self, asked: Asked) -> tuple[int, dict[str, Any]]:
        if self.passing_faults:
            self.passing_faults -= 1
            return 503, {"code": 14, "message": "unavailable"}
        if asked.headers.get("authorization") != f"Bearer {TOKEN}":
            return 401, {"code": 16, "message": "Errors.Token.Invalid (AUTH-7fs1e)"}
        if asked.path in _LISTS:
            return self._list(asked)
        org = self._orgs.get(asked.headers.get("x-zitadel-orgid", ""))
        if org is None or org.id in self._denied:
            return 403, {"code": 7, "message": "membership not found (AUTHZ-cdgFk)"}
        return self._of(org, asked)

    def _of(self, org: Org, asked: Asked) -> tuple[int, dict[str, Any]]:
        if asked.path == "/management/v1/orgs/me":
            return 200, {"org": {"id": org.id, "name": org.name, "state": "ORG_STATE_ACTIVE"}}
        if asked.path == "/management/v1/actions/_search":
            return self._page(asked, org.actions)
        if asked.path.startswith("/management/v1/flows/") and asked.method == "GET":
            return 200, {"flow": org.flow(asked.path.rpartition("/")[2])}
        return 404, {"code": 5, "message": "Not Found"}

    def _list(self, asked: Asked) -> tuple[int, dict[str, Any]]:
        if self._older and asked.path.startswith("/v2/"):
            return 404, {"code": 5, "message": "Not Found"}
        state = f"{_LISTS[asked.path]}_STATE_ACTIVE"
        orgs = [{"id": org.id, "name": org.name, "state": state} for org in self._orgs.values()]
        return self._page(asked, orgs)

    def _page(self, asked: Asked, rows: list[dict[str, Any]]) -> tuple[int, dict[str, Any]]:
        query = json.loads(asked.body)["query"]
        if query["limit"] > self.largest_page:
            return 400, {"code": 3, "message": "Errors.Query.LimitExceeded (QUERY-4M0fs)"}
        page = rows[int(query["offset"]) :][: query["limit"]]
        details = {"totalResult": str(len(rows))} if rows else {}
        return 200, {"details": details, **({"result": page} if page else {})}
