"""What is made of each organisation of an export: a tenant's actions and flows. Pure.

The tenant is the organisation's id, as the gateway takes it from ZITADEL's payloads.
Inactive actions become files and stay unbound, for ZITADEL does not run them either.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TypeAlias

from actionsd_broker.migration.export import (
    Export,
    ExportedAction,
    ExportError,
    Flow,
    Organisation,
)
from actionsd_broker.migration.names import FileNames
from actionsd_protocol.frames import MAX_ENVELOPE_BYTES
from actionsd_protocol.messages import MAX_ACTIONS, MAX_SCRIPT_CHARACTERS, Action
from actionsd_protocol.triggers import TRIGGERS, resolve_trigger

MAX_NAME_CHARACTERS = 200


@dataclass(frozen=True)
class PlannedAction:
    """An action, the file that it becomes, and what it is bound to.

    `left_out` says why its table in the manifest is commented out, None if it is not.
    """

    action: Action
    file: str
    active: bool
    triggers: tuple[str, ...]
    left_out: str | None = None

    @property
    def name(self) -> str:
        """The function's name."""
        return self.action.name


@dataclass(frozen=True)
class PlannedTenant:
    """A tenant: its manifest's stem, its actions by name, and what runs when, in order.

    `flows` has active actions only; `skipped` the inactive ones that were bound as well.
    """

    id: str
    name: str
    stem: str
    actions: tuple[PlannedAction, ...]
    flows: dict[str, tuple[str, ...]]
    skipped: dict[str, tuple[str, ...]]

    def find(self, name: str) -> PlannedAction:
        """Return an action by its name."""
        return next(planned for planned in self.actions if planned.name == name)

    def without(self, broken: Mapping[str, str]) -> PlannedTenant:
        """Return the tenant without those broken actions that nobody runs.

        They would keep the registry from being served. Any other stays: it failed in ZITADEL
        too, and what was denied must not become an allow because the action is left out.
        """
        return replace(
            self,
            actions=tuple(
                replace(planned, left_out=broken.get(planned.name))
                if not self._runs(planned.name) and not planned.action.allowed_to_fail
                else planned
                for planned in self.actions
            ),
        )

    def _runs(self, name: str) -> bool:
        return any(name in names for names in self.flows.values())


@dataclass(frozen=True)
class Refused:
    """An organisation of which nothing is made, and why."""

    id: str
    name: str
    reason: str


Planned: TypeAlias = PlannedTenant | Refused


def plan_export(export: Export) -> list[Planned]:
    """Return what becomes of each organisation that has actions, or a problem."""
    stems = FileNames()
    planned: list[Planned] = []
    for organisation in export.organizations:
        if organisation.problem is not None:
            planned.append(Refused(organisation.id, organisation.name, organisation.problem))
        elif organisation.actions or any(flow.trigger_actions for flow in organisation.flows):
            planned.append(_plan(organisation, stems.take(organisation.id)))
    return planned


def _plan(organisation: Organisation, stem: str) -> Planned:
    try:
        actions = _by_name(organisation)
        bound = _bindings(organisation.flows)
        planned = _actions(actions, bound, stem)
    except ExportError as error:
        return Refused(organisation.id, organisation.name, str(error))
    flows, skipped = {}, {}
    for trigger in sorted(bound, key=TRIGGERS.index):
        names = bound[trigger]
        flows[trigger] = tuple(name for name in names if actions[name].active)
        skipped[trigger] = tuple(name for name in names if not actions[name].active)
    return PlannedTenant(organisation.id, organisation.name, stem, planned, flows, skipped)


def _by_name(organisation: Organisation) -> dict[str, ExportedAction]:
    """Return each action once. One that was made while we read may be in a flow only."""
    in_flows = (
        action
        for flow in organisation.flows
        for bound in flow.trigger_actions
        for action in bound.actions
    )
    found: dict[str, ExportedAction] = {}
    for action in (*organisation.actions, *in_flows):
        other = found.setdefault(action.name, action)
        if other.id != action.id:
            raise ExportError(
                f"two actions are called {action.name!r} ({other.id} and {action.id}): rename one"
            )
        _check(action)
    return dict(sorted(found.items()))


def _check(action: ExportedAction) -> None:
    if not 0 < len(action.name) <= MAX_NAME_CHARACTERS:
        raise ExportError(
            f"action {action.id}: its name has {len(action.name)} characters; "
            f"1 to {MAX_NAME_CHARACTERS} are allowed"
        )
    if len(action.script) > MAX_SCRIPT_CHARACTERS:
        raise ExportError(
            f"action {action.name!r}: its script has {len(action.script)} characters; "
            f"{MAX_SCRIPT_CHARACTERS} are allowed"
        )


def _bindings(flows: Iterable[Flow]) -> dict[str, list[str]]:
    bound: dict[str, list[str]] = {}
    for flow in flows:
        for binding in flow.trigger_actions:
            ids = f"{flow.type.id}:{binding.trigger_type.id}"
            trigger = resolve_trigger(ids)
            if trigger is None:
                raise ExportError(f"flow and trigger {ids} are unknown to this version")
            bound.setdefault(trigger, []).extend(action.name for action in binding.actions)
    return bound


def _actions(
    actions: dict[str, ExportedAction], bound: dict[str, list[str]], stem: str
) -> tuple[PlannedAction, ...]:
    files = FileNames()
    planned = tuple(
        PlannedAction(
            Action(
                name=name,
                script=action.script,
                timeout=action.timeout_seconds,
                allowed_to_fail=action.allowed_to_fail,
            ),
            f"{stem}/{files.take(name)}.js",
            action.active,
            tuple(trigger for trigger, names in sorted(bound.items()) if name in names),
        )
        for name, action in actions.items()
    )
    for trigger, names in bound.items():
        running = [name for name in names if actions[name].active]
        if len(running) > MAX_ACTIONS:
            raise ExportError(f"{trigger} has {len(running)} actions; {MAX_ACTIONS} are allowed")
        size = sum(len(actions[name].script.encode()) for name in set(running))
        if size > MAX_ENVELOPE_BYTES:
            raise ExportError(
                f"the scripts of {trigger} have {size} bytes; {MAX_ENVELOPE_BYTES} are allowed"
            )
    return planned
