"""The registry: which actions a tenant has, and which of them run on which trigger.

A directory with one TOML manifest for each tenant, and the scripts as files beside it:

    tenant = "acme"                      # default: the manifest's name without .toml
    weight = 2.0                          # its share beside the others'; default: 1
    at_once = 4                           # workers at a time; default: `tenant_at_once`

    [actions.roleClaims]                  # the function's name
    file = "role_claims.js"
    timeout = 2.0                        # and other limits, as in docs/actions.md
    allowed_to_fail = true               # default: false
    fail_open = true                      # default: false (docs/operating.md)
    realm = "auto"                       # or "shared", "fresh" (docs/actions.md)

    [flows]
    "complement-token/pre-userinfo" = ["roleClaims"]

    [[fetch.allow]]                       # what the tenant's scripts may fetch
    host = "api.example.com"              # (docs/fetch.md); for one action:
                                          # [[actions.roleClaims.fetch.allow]]

Loading checks everything that needs no V8; that the scripts compile and define their
functions is checked in a worker (`check`), for the broker runs no scripts.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from actionsd_broker.errors import RegistryError
from actionsd_broker.fetch.rules import AllowSection, Rule, RuleError, make_rules
from actionsd_broker.plan import EMPTY, Plan, make_plan
from actionsd_broker.share import Share
from actionsd_broker.toml_lines import find_line, line_of
from actionsd_broker.toml_words import explain
from actionsd_protocol.frames import MAX_ENVELOPE_BYTES
from actionsd_protocol.messages import (
    MAX_ACTIONS,
    MAX_SCRIPT_CHARACTERS,
    Action,
    Limits,
    Name,
)
from actionsd_protocol.triggers import TRIGGERS, resolve_trigger


class _ActionTable(Limits, frozen=True, forbid_unknown_fields=True):
    file: str
    allowed_to_fail: bool = False
    fail_open: bool = False
    realm: Annotated[str, Meta(pattern=r"^(auto|shared|fresh)\Z")] = "auto"
    fetch: AllowSection = AllowSection()


class _Manifest(Struct, frozen=True, forbid_unknown_fields=True):
    tenant: Name | None = None
    weight: Annotated[float, Meta(ge=0.01, le=100)] = 1.0
    at_once: Annotated[int, Meta(ge=0, le=256)] | None = None
    actions: dict[Name, _ActionTable] = {}
    flows: dict[str, list[str]] = {}
    fetch: AllowSection = AllowSection()


@dataclass(frozen=True)
class RegisteredAction:
    """An action and the file that its script is in."""

    tenant: str
    action: Action
    path: Path
    trigger: str = TRIGGERS[0]  # one that it is bound to, for its check

    @property
    def strict(self) -> Action:
        """The action as it is checked: one that may fail in a job may not be unfit."""
        return msgspec.structs.replace(self.action, allowed_to_fail=False, fail_open=False)


@dataclass(frozen=True)
class Registry:
    """Every tenant's actions, the plan of every trigger that has some, and what may be fetched.

    `allowed` has a tenant's entries, and under the names of actions those of its actions.
    `shares` says what the tenants have of the workers.
    """

    actions: tuple[RegisteredAction, ...] = ()
    plans: Mapping[tuple[str, str], Plan] = field(default_factory=dict)
    allowed: Mapping[tuple[str, str | None], tuple[Rule, ...]] = field(default_factory=dict)
    shares: Mapping[str, Share] = field(default_factory=dict)

    def plan(self, tenant: str, trigger: str) -> Plan:
        """Return what runs on a tenant's trigger; nothing where nothing is bound."""
        return self.plans.get((tenant, trigger), EMPTY)

    def rules(self, tenant: str, action: str | None = None) -> tuple[Rule, ...]:
        """Return what a tenant's scripts may fetch, and one of its actions besides."""
        own = () if action is None else self.allowed.get((tenant, action), ())
        return self.allowed.get((tenant, None), ()) + own


def load_registry(directory: Path) -> Registry:
    """Return the registry in a directory; raises RegistryError with every problem."""
    if not directory.is_dir():
        text = "not a directory; expected the registry, with a manifest for each tenant"
        raise RegistryError([f"{directory}: {text}"])
    loader = _Loader(directory.resolve())
    manifests = sorted(directory.glob("*.toml"))
    if not manifests:
        loader.problems.append(f"{directory}: holds no manifest (TENANT.toml)")
    for path in manifests:
        loader.load(path)
    if loader.problems:
        raise RegistryError(loader.problems)
    return Registry(tuple(loader.actions), loader.plans, loader.allowed, loader.shares)


class _Loader:
    """Gathers the manifests of a directory, and all that is wrong with them."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._manifests: dict[str, Path] = {}
        self.actions: list[RegisteredAction] = []
        self.plans: dict[tuple[str, str], Plan] = {}
        self.allowed: dict[tuple[str, str | None], tuple[Rule, ...]] = {}
        self.shares: dict[str, Share] = {}
        self.problems: list[str] = []

    def load(self, path: Path) -> None:
        try:
            text = path.read_text("utf-8")
            manifest = msgspec.convert(tomllib.loads(text), _Manifest)
        except OSError as error:
            self.problems.append(f"{path}: cannot be read: {error.strerror}")
        except UnicodeDecodeError:
            self.problems.append(f"{path}: not UTF-8 text")
        except tomllib.TOMLDecodeError as error:
            self.problems.append(f"{path}: {error}")
        except msgspec.ValidationError as error:
            self.problems.append(f"{path}{line_of(text, error)}: {explain(_Manifest, error)}")
        else:
            self._load_tenant(manifest, path, text)

    def _load_tenant(self, manifest: _Manifest, path: Path, text: str) -> None:
        tenant = manifest.tenant or path.stem
        if tenant in self._manifests:
            other = self._manifests[tenant]
            self._problem(path, text, ["tenant"], f"tenant {tenant!r} is in {other} already")
            return
        self._manifests[tenant] = path
        self.shares[tenant] = Share(manifest.weight, manifest.at_once)
        self._load_rules((tenant, None), manifest.fetch, path, text)
        for name, table in manifest.actions.items():
            self._load_rules((tenant, name), table.fetch, path, text)
        actions: dict[str, Action] = {}
        for name, table in manifest.actions.items():
            action = self._load_action(name, table, path, text)
            if action is not None:
                actions[name] = action
                script = path.parent / table.file
                trigger = _first_trigger(name, manifest.flows)
                self.actions.append(RegisteredAction(tenant, action, script, trigger))
        for trigger, names in manifest.flows.items():
            self._bind(tenant, trigger, names, actions, (manifest, path, text))

    def _load_rules(
        self, owner: tuple[str, str | None], section: AllowSection, path: Path, text: str
    ) -> None:
        tenant, action = owner
        place = f"tenant {tenant}" if action is None else f"action {action} of tenant {tenant}"
        try:
            self.allowed[owner] = make_rules(section.allow, place)
        except RuleError as error:
            above = [] if action is None else ["actions", action]
            self._problem(path, text, [*above, "fetch", "allow", *error.keys], str(error))

    def _load_action(self, name: str, table: _ActionTable, path: Path, text: str) -> Action | None:
        script = path.parent / table.file
        place = ["actions", name, "file"]
        if not script.resolve().is_relative_to(self._directory):
            self._problem(path, text, place, f"{table.file} is outside of the registry")
            return None
        try:
            source = script.read_text("utf-8")
        except OSError as error:
            self._problem(path, text, place, f"{script}: cannot be read: {error.strerror}")
            return None
        except UnicodeDecodeError:
            self._problem(path, text, place, f"{script}: not UTF-8 text")
            return None
        if len(source) > MAX_SCRIPT_CHARACTERS:
            message = f"{script}: more than {MAX_SCRIPT_CHARACTERS} characters"
            self._problem(path, text, place, message)
            return None
        return Action(
            name=name,
            script=source,
            allowed_to_fail=table.allowed_to_fail,
            fail_open=table.fail_open,
            realm=table.realm,
            **table.limits(),
        )

    def _bind(
        self,
        tenant: str,
        trigger: str,
        names: list[str],
        actions: dict[str, Action],
        source: tuple[_Manifest, Path, str],
    ) -> None:
        manifest, path, text = source
        full = resolve_trigger(trigger)
        place = ["flows", trigger]
        if full is None:
            known = ", ".join(TRIGGERS)
            self._problem(path, text, place, f"unknown trigger {trigger!r}; there is: {known}")
            return
        if (tenant, full) in self.plans:
            self._problem(path, text, place, f"{full} is bound twice, under two of its names")
            return
        if len(names) > MAX_ACTIONS:
            self._problem(path, text, place, f"more than {MAX_ACTIONS} actions")
            return
        for name in names:
            if name not in manifest.actions:
                self._problem(path, text, place, f"no action {name!r} in [actions]")
        size = sum(len(actions[name].script.encode()) for name in set(names) & actions.keys())
        if size > MAX_ENVELOPE_BYTES:
            message = f"its scripts have {size} bytes in all, {MAX_ENVELOPE_BYTES} are allowed"
            self._problem(path, text, place, message)
            return
        if all(name in actions for name in names):
            plan = make_plan([actions[name] for name in names])
            self.plans[tenant, full] = plan._replace(weight=0)  # every job shares its texts

    def _problem(self, path: Path, text: str, keys: list[str], message: str) -> None:
        line = find_line(text, keys)
        self.problems.append(f"{path}{'' if line is None else f':{line}'}: {message}")


def _first_trigger(action: str, flows: dict[str, list[str]]) -> str:
    for trigger, names in flows.items():
        full = resolve_trigger(trigger)
        if full is not None and action in names:
            return full
    return TRIGGERS[0]
