"""The calls that make ZITADEL call the gateway: one target, and an execution for each use.

Pure. Bodies are as spec zitadel-actions.md, 7.1 and 7.13, have them. One target is enough,
for all executions of an instance lead to one URL; so there is one signing key to keep.
`interruptOnError` is true: an action that fails, or a daemon that is away, must not become
a login that passes without it (7.14).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import urlsplit

from actionsd_broker.errors import OperatorError
from actionsd_broker.migration.deny_list import VARIABLE, carve_out, is_denied
from actionsd_broker.migration.plan import PlannedTenant
from actionsd_protocol import triggers

PLACEHOLDER_URL = "https://actionsd.example.com:8480/zitadel/main"
TARGET_NAME = "actionsd"
TARGET_ID = "TARGET_ID"
"""Stands in executions for the id that ZITADEL gives the target."""

SPARE_SECONDS = 5.0
"""For what is not the functions: top levels, the queue, the network."""

MAX_TARGET_SECONDS = 270.0
"""What ZITADEL takes for a target's timeout (spec, 7.1)."""

CLIENT_SECONDS = 30.0
"""What ZITADEL's HTTP client waits from 4.15.2 on, unless `HTTPClient.Timeout` says more."""

_USERS = "/zitadel.user.v2.UserService"
_SESSIONS = "/zitadel.session.v2.SessionService"
_CREATE_USER = (f"{_USERS}/AddHumanUser", f"{_USERS}/CreateUser")


def _methods(kind: str, *methods: str) -> tuple[dict[str, Any], ...]:
    return tuple({kind: {"method": method}} for method in methods)


CONDITIONS: dict[str, tuple[dict[str, Any], ...]] = {
    triggers.EXTERNAL_POST_AUTHENTICATION: _methods(
        "response", f"{_USERS}/RetrieveIdentityProviderIntent"
    ),
    triggers.EXTERNAL_PRE_CREATION: _methods("request", *_CREATE_USER),
    triggers.EXTERNAL_POST_CREATION: _methods("response", *_CREATE_USER),
    triggers.INTERNAL_POST_AUTHENTICATION: _methods(
        "response", f"{_SESSIONS}/CreateSession", f"{_SESSIONS}/SetSession"
    ),
    triggers.INTERNAL_PRE_CREATION: _methods("request", *_CREATE_USER),
    triggers.INTERNAL_POST_CREATION: _methods("response", *_CREATE_USER),
    triggers.PRE_USERINFO: ({"function": {"name": "preuserinfo"}},),
    triggers.PRE_ACCESS_TOKEN: ({"function": {"name": "preaccesstoken"}},),
    triggers.PRE_SAML_RESPONSE: ({"function": {"name": "presamlresponse"}},),
}
"""What stands for each trigger in Actions v2 (spec, 7.13)."""


@dataclass(frozen=True)
class Call:
    """A call of ZITADEL's API, and the triggers that it is for."""

    method: Literal["POST", "PUT"]
    path: str
    body: dict[str, Any]
    triggers: tuple[str, ...]


@dataclass(frozen=True)
class Calls:
    """The target, its executions, and what to mind about them."""

    target: Call
    executions: tuple[Call, ...]
    remarks: tuple[str, ...]


def make_calls(tenants: Iterable[PlannedTenant], target_url: str) -> Calls | None:
    """Return the calls for the triggers in use, None if none is."""
    chains = [
        (trigger, sum(tenant.find(name).action.timeout for name in names))
        for tenant in tenants
        for trigger, names in tenant.flows.items()
        if names
    ]
    if not chains:
        return None
    used = tuple(trigger for trigger in triggers.TRIGGERS if trigger in dict(chains))
    longest = max(seconds for _, seconds in chains) + SPARE_SECONDS
    seconds = min(longest, MAX_TARGET_SECONDS)
    body = {
        "name": TARGET_NAME,
        "restCall": {"interruptOnError": True},
        "timeout": f"{seconds:g}s",
        "endpoint": target_url,
    }
    remarks = (*_times(longest), *_addresses(target_url), *_logins(used))
    return Calls(Call("POST", "/v2/actions/targets", body, used), _executions(used), remarks)


def check_target_url(text: str) -> str:
    """Return a URL that ZITADEL may call; raises OperatorError."""
    try:
        parts = urlsplit(text)
        is_url = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        is_url = None
    if not is_url or not text.isprintable() or "'" in text or " " in text:
        raise OperatorError(
            f"--target-url {text}: expected the gateway's URL, such as {PLACEHOLDER_URL}"
        )
    return text


def _executions(used: tuple[str, ...]) -> tuple[Call, ...]:
    """Return one for each condition: external and internal creation share theirs."""
    found: list[tuple[dict[str, Any], list[str]]] = []
    for trigger in used:
        for condition in CONDITIONS[trigger]:
            for known, uses in found:
                if known == condition:
                    uses.append(trigger)
                    break
            else:
                found.append((condition, [trigger]))
    return tuple(
        Call(
            "PUT",
            "/v2/actions/executions",
            {"condition": condition, "targets": [TARGET_ID]},
            tuple(uses),
        )
        for condition, uses in found
    )


def _times(longest: float) -> Iterable[str]:
    if longest > MAX_TARGET_SECONDS:
        yield (
            f"the longest chain may take {longest:g} s, and a target {MAX_TARGET_SECONDS:g} s "
            "at the most: give its actions shorter timeouts"
        )
    if longest > CLIENT_SECONDS:
        yield (
            f"from 4.15.2 on ZITADEL waits {CLIENT_SECONDS:g} s for any call, whatever the "
            "target says, and so does the gateway: give the actions shorter timeouts, or raise "
            "HTTPClient.Timeout there and job_seconds of [http] here"
        )


def _addresses(target_url: str) -> Iterable[str]:
    host = urlsplit(target_url).hostname or ""
    if is_denied(host):
        yield (
            f"from 4.15.2 on ZITADEL refuses {host} as a target (Errors.Target.DeniedURL); its "
            "list has no exceptions, so replace it by one with a hole: "
            f"{VARIABLE}={carve_out(host)}"
        )
    else:
        yield (
            f"if {host} has a private address, ZITADEL from 4.15.2 on refuses it as a target "
            "(Errors.Target.DeniedURL); docs/zitadel.md says what to do about that"
        )


def _logins(used: tuple[str, ...]) -> Iterable[str]:
    if any(not trigger.startswith("complement-") for trigger in used):
        yield (
            "v2 calls for logins and new users come from ZITADEL's API, as its Login V2 uses "
            "it; the first login interface (Login V1) makes none"
        )
    if {triggers.EXTERNAL_POST_AUTHENTICATION, triggers.INTERNAL_POST_AUTHENTICATION} & set(used):
        yield (
            "v2 does not say whose organisation a login is: what runs after a factor, or after "
            "an external login of a user who is linked already, is what the organisation of the "
            "API's caller has, as a rule that of the login interface's service user"
        )
    yield (
        "v1 and v2 both run: take the actions out of their flows in ZITADEL when the "
        "executions are set, or everything is done twice"
    )
