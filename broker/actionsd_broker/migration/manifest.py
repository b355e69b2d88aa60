"""The manifest of a planned tenant, as TOML for people to read and go on with. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping

from actionsd_broker.migration.fetches import find_fetches
from actionsd_broker.migration.plan import PlannedAction, PlannedTenant
from actionsd_broker.migration.script_text import read_script

_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+\Z")


def write_manifest(tenant: PlannedTenant, source: str) -> str:
    """Return the manifest. The same plan gives the same text, so that two can be compared."""
    lines = [
        f"# Organisation {_string(tenant.name)}, imported from {_string(source)}.",
        "# Inactive actions are here, and bound to nothing: so it was.",
        "",
        f"tenant = {_string(tenant.id)}",
    ]
    for planned in tenant.actions:
        lines += ["", *_action(planned)]
    lines += ["", "[flows]", *_flows(tenant)]
    return "\n".join(lines) + "\n"


def _action(planned: PlannedAction) -> Iterator[str]:
    key = _key(planned.name)
    table = [
        f"[actions.{key}]",
        f"file = {_string(planned.file)}",
        f"timeout = {planned.action.timeout!r}",
    ]
    if planned.action.allowed_to_fail:
        table.append("allowed_to_fail = true")
    if planned.left_out is not None:
        yield f"# A comment, for it does not load and nobody runs it: {_string(planned.left_out)}"
        table = [f"# {line}" for line in table]
    yield from table
    entries = find_fetches(read_script(planned.action.script)).entries
    if entries:
        yield "# What its text fetches from, or may. Judge each, and take the # away:"
    for entry in entries:
        yield f"# [[actions.{key}.fetch.allow]]"
        yield from (f"# {line}" for line in _pairs(entry.keys()))


def _flows(tenant: PlannedTenant) -> Iterator[str]:
    for trigger, names in tenant.flows.items():
        skipped = tenant.skipped.get(trigger, ())
        if names:
            yield f"{_string(trigger)} = [{', '.join(map(_string, names))}]"
        if skipped:
            yield f"# inactive, of {trigger}: {', '.join(map(_string, skipped))}"


def _pairs(keys: Mapping[str, str | int | bool | list[str]]) -> Iterator[str]:
    for name, value in keys.items():
        yield f"{name} = {json.dumps(value)}"


def _key(name: str) -> str:
    return name if _BARE_KEY.match(name) else _string(name)


def _string(text: str) -> str:
    """Return a basic string of TOML: that of JSON, but for one character."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
