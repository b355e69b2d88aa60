"""What an import tells the operator: as JSON, or as text. Pure."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from actionsd_broker.migration.hints import Hint, find_hints
from actionsd_broker.migration.plan import Planned, PlannedTenant, Refused
from actionsd_broker.migration.targets import TARGET_ID, Call, Calls
from actionsd_broker.migration.trial import Trials

HINTS_ARE_HINTS = (
    "Lines are found by reading scripts, not by running them: they are hints, and there may "
    "be more."
)


@dataclass(frozen=True)
class ActionReport:
    """An action: `problem` says why it does not load, `left_out` that its table is a comment."""

    name: str
    file: str
    active: bool
    allowed_to_fail: bool
    triggers: tuple[str, ...]
    problem: str | None
    left_out: bool
    hints: tuple[Hint, ...]


@dataclass(frozen=True)
class OrganisationReport:
    """An organisation; with a problem nothing of it was imported."""

    id: str
    name: str
    problem: str | None
    manifest: str | None
    flows: dict[str, tuple[str, ...]]
    inactive: dict[str, tuple[str, ...]]
    actions: tuple[ActionReport, ...]


@dataclass(frozen=True)
class Report:
    """The whole. `without_actions` is how many organisations have none."""

    source: str
    registry: str
    organisations: tuple[OrganisationReport, ...]
    without_actions: int
    calls: Calls | None

    @property
    def needs_a_look(self) -> bool:
        """Whether anything was not imported, does not load, or may turn out another way."""
        return any(
            organisation.problem is not None
            or any(
                action.problem is not None or any(hint.level == "differs" for hint in action.hints)
                for action in organisation.actions
            )
            for organisation in self.organisations
        )


def report_on(planned: Planned, trials: Trials) -> OrganisationReport:
    """Return what there is to say of an organisation."""
    if isinstance(planned, Refused):
        return OrganisationReport(planned.id, planned.name, planned.reason, None, {}, {}, ())
    return OrganisationReport(
        planned.id,
        planned.name,
        None,
        f"{planned.stem}.toml",
        planned.flows,
        {trigger: names for trigger, names in planned.skipped.items() if names},
        _actions(planned, trials),
    )


def write_json(report: Report) -> str:
    """Return the report as JSON; its keys are the fields of the classes here."""
    document: dict[str, Any] = msgspec.to_builtins(report)
    document["needs_a_look"] = report.needs_a_look
    return msgspec.json.format(msgspec.json.encode(document), indent=2).decode() + "\n"


def write_text(report: Report) -> str:
    """Return the report for people."""
    lines = [f"from {report.source} into {report.registry}", HINTS_ARE_HINTS]
    if report.without_actions:
        lines.append(f"organisations without actions, not named: {report.without_actions}")
    for organisation in report.organisations:
        lines += ["", *map(_printable, _organisation(organisation))]
    if report.calls is not None:
        origin = report.source if report.source.startswith("http") else None
        lines += ["", *_calls(report.calls, origin)]
    return "\n".join(lines) + "\n"


def _printable(line: str) -> str:
    """Return a line as a terminal may have it: names are other people's."""
    return "".join(each if each.isprintable() else "\N{REPLACEMENT CHARACTER}" for each in line)


def _actions(planned: PlannedTenant, trials: Trials) -> tuple[ActionReport, ...]:
    return tuple(
        ActionReport(
            each.name,
            each.file,
            each.active,
            each.action.allowed_to_fail,
            each.triggers,
            trials.broken.get((planned.id, each.name)),
            each.left_out is not None,
            tuple(find_hints(each, cut_short=(planned.id, each.name) in trials.cut_short)),
        )
        for each in planned.actions
    )


def _organisation(organisation: OrganisationReport) -> Iterator[str]:
    yield f"organisation {organisation.id} {organisation.name!r}"
    if organisation.problem is not None:
        yield f"  NOT IMPORTED: {organisation.problem}"
        return
    for trigger, names in organisation.flows.items():
        if names:
            yield f"  {trigger}: {', '.join(names)}"
    for trigger, names in organisation.inactive.items():
        yield f"  {trigger}, inactive and so not bound: {', '.join(names)}"
    for action in organisation.actions:
        yield from _action(action)


def _action(action: ActionReport) -> Iterator[str]:
    state = "" if action.active else " (inactive)"
    if not action.triggers:
        state += " (not bound to anything)"
    yield f"  {action.name}{state}: {action.file}"
    if action.problem is not None:
        yield f"    ! does not load: {action.problem}"
        yield f"      {_consequence(action)}"
    for hint in action.hints:
        mark = "!" if hint.level == "differs" else "-"
        line = "" if hint.line is None else f"line {hint.line}: "
        yield f"    {mark} {line}{hint.text} ({hint.see})"


def _consequence(action: ActionReport) -> str:
    if action.left_out:
        return "nobody runs it: its table in the manifest is a comment"
    if action.allowed_to_fail:
        return "it is allowed to fail, and does so every time"
    return "`actionsd serve` refuses the registry until it is mended or taken out"


def _calls(calls: Calls, origin: str | None) -> Iterator[str]:
    yield "To have ZITADEL call the gateway (docs/zitadel.md has the order of all this):"
    for remark in calls.remarks:
        yield f"  ! {remark}"
    yield ""
    yield from _shell(calls, origin)


def _shell(calls: Calls, origin: str | None) -> Iterator[str]:
    yield "umask 077  # the reply has the signing key, and shows it this once"
    yield f"ZITADEL={shlex.quote(origin or 'https://example.zitadel.cloud')}"
    # Not the token that was read with, which need not be able to write. Nor as an argument of
    # curl's, where every user of the machine sees it.
    yield "# admin: a file with a token that may write targets and executions"
    yield "printf 'Authorization: Bearer %s\\n' \"$(cat admin)\" > authorization"
    yield "# one target for all of it"
    yield _curl(calls.target, _quoted(calls.target)) + " > target.json"
    yield "TARGET=$(jq -r .id target.json)"
    yield "jq -r .signingKey target.json > signing.key"
    yield "# not yet: first try the gateway by hand (docs/zitadel.md); then one of these at a time"
    for call in calls.executions:
        yield f"# {', '.join(call.triggers)}"
        # The shell puts the id between two quoted halves of the body.
        body = _quoted(call).replace(TARGET_ID, "'\"$TARGET\"'")
        yield _curl(call, body)


def _quoted(call: Call) -> str:
    return shlex.quote(msgspec.json.encode(call.body).decode())


def _curl(call: Call, body: str) -> str:
    return (
        f'curl --fail-with-body -sS -X {call.method} "$ZITADEL{call.path}" \\\n'
        f"  -H @authorization -H 'Content-Type: application/json' \\\n"
        f"  -d {body}"
    )


def summary(organisations: Sequence[OrganisationReport]) -> str:
    """Return in one line what was imported."""
    imported = [each for each in organisations if each.problem is None]
    actions = sum(len(each.actions) for each in imported)
    refused = len(organisations) - len(imported)
    rest = f"; not imported: {_count(refused, 'organisation')}" if refused else ""
    return f"imported {_count(actions, 'action')} of {_count(len(imported), 'organisation')}{rest}"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
