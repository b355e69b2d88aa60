"""What the public scripts do, under v1 and through a target: the same claims, attributes, users.

The scripts are our own, with the behaviour of those in spec zitadel-actions.md, 8.1. The run
under v1 is a job with v1's context, its mutations applied by v1's rules; the run under v2 is
a call of the stand-in ZITADEL, which applies what comes back by its own.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from daemon import serving, short_directory
from servers import Site, answering, run, site
from zitadel import (
    OperationError,
    changed_message,
    complement_saml,
    complement_token,
    created_user,
)
from zitadel_calls import (
    GRANTS,
    USERINFO,
    create_message,
    encoded,
    execution,
    function,
    human_message,
    intent,
    v1_creation,
    v1_external,
    v1_grants,
    v1_token,
    v1_user,
)
from zitadel_gateway import calling

from actionsd_client import Action, Client, Result
from actionsd_protocol import triggers

SCRIPTS = Path(__file__).parents[1] / "zitadel_scripts"

ADD = "user.v2.UserService/AddHumanUser"
CREATE = "user.v2.UserService/CreateUser"
SET_SESSION = "session.v2.SessionService/SetSession"

PICTURE = "https://pictures.example/minnie.png"


class World(NamedTuple):
    """A daemon with every script bound to every trigger, each in a tenant of its own."""

    endpoint: str
    client: Client
    api: Site


def write_registry(directory: Path, scripts: Path, api_url: str) -> None:
    """Bind each script, which is named like its function, to all triggers of a tenant like it."""
    flows = "".join(f'"{trigger}" = ["{{name}}"]\n' for trigger in triggers.TRIGGERS)
    for path in scripts.glob("*.js"):
        name = path.stem
        (directory / path.name).write_text(path.read_text().replace("API_URL", api_url))
        manifest = f'[actions.{name}]\nfile = "{path.name}"\n\n[flows]\n'
        (directory / f"{name}.toml").write_text(manifest + flows.format(name=name))


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with site(answering(json.dumps({"id": "id-5"}))) as api, short_directory() as place:
        registry = place / "actions"
        registry.mkdir()
        write_registry(registry, SCRIPTS, api.url("/users"))
        config = place / "actionsd.toml"
        allowed = f'[[fetch.allow]]\nhost = "127.0.0.1"\nscheme = "http"\nport = {api.port}\n'
        config.write_text(f'isolation = "isolate"\n{allowed}private = true\nmethods = ["POST"]\n')
        arguments = ("-c", str(config), "--registry", str(registry), "--workers", "1")
        with serving(place, *arguments) as daemon, Client(daemon.endpoint) as client:
            yield World(daemon.endpoint, client, api)


# v1's rules for mutations (spec, 2 to 5)


def v1_claims(result: Result) -> Any:
    claims: dict[str, Any] = dict(USERINFO)
    for mutation in result.mutations:
        if mutation["op"] == "setClaim" and claims.get(mutation["key"]) is None:
            claims[mutation["key"]] = mutation["value"]
    return claims, metadata_of(result, "setMetadata")


def v1_attributes(result: Result) -> Any:
    attributes: dict[str, Any] = {}
    for mutation in result.mutations:
        if mutation["op"] == "setCustomAttribute":
            attributes.setdefault(mutation["name"], mutation["values"])
    return attributes, metadata_of(result, "setMetadata")


def metadata_of(result: Result, op: str) -> dict[str, str]:
    return {m["key"]: m["value"] for m in result.mutations if m["op"] == op}


_FIELDS = {
    "setFirstName": "firstName",
    "setLastName": "lastName",
    "setNickName": "nickName",
    "setDisplayName": "displayName",
    "setPreferredLanguage": "preferredLanguage",
    "setUsername": "username",
    "setPreferredUsername": "username",
    "setEmail": "email",
    "setEmailVerified": "isEmailVerified",
    "setPhone": "phone",
    "setPhoneVerified": "isPhoneVerified",
}


def v1_created(before: Mapping[str, Any], result: Result) -> dict[str, Any]:
    """Return the user that v1 creates: what was known, setters, and metadata."""
    user = dict(before)
    for mutation in result.mutations:
        if mutation["op"] in _FIELDS:
            user[_FIELDS[mutation["op"]]] = mutation["value"]
    user["username"] = user["username"] or user["email"]
    user["metadata"] = {**before["metadata"], **metadata_of(result, "appendMetadata")}
    return user


@dataclass(frozen=True)
class Way:
    """A trigger by both ways: what v1 and v2 are given, and what each makes of what comes."""

    trigger: str
    context: Callable[[str], dict[str, Any]]
    payload: Callable[[str], dict[str, Any]]
    v1: Callable[[Result, str], Any]
    v2: Callable[[bytes, str], Any]


def token_way(name: str, trigger: str) -> Way:
    return Way(
        trigger,
        v1_token,
        lambda org: function(name, org),
        lambda result, _: v1_claims(result),
        lambda reply, _: complement_token(f"function/{name}", USERINFO, reply),
    )


def creation_way(method: str, message: Callable[[str], dict[str, Any]], trigger: str) -> Way:
    return Way(
        trigger,
        v1_creation,
        lambda org: execution(method, org, message(org)),
        lambda result, org: v1_created(created_user(message(org)), result),
        lambda reply, org: created_user(changed_message(message(org), reply)),
    )


def external_way(kind: str) -> Way:
    def added(org: str) -> dict[str, Any]:
        message: dict[str, Any] = intent(org, kind)["response"]["addHumanUser"]
        return message

    def changed(reply: bytes, org: str) -> dict[str, Any]:
        return created_user(changed_message(intent(org, kind)["response"], reply)["addHumanUser"])

    return Way(
        triggers.EXTERNAL_POST_AUTHENTICATION,
        lambda org: v1_external(org, kind),
        lambda org: intent(org, kind),
        lambda result, org: v1_created(created_user(added(org)), result),
        changed,
    )


def external_message(org: str) -> dict[str, Any]:
    return human_message(org, external=True)


USERINFO_WAY = token_way("preuserinfo", triggers.PRE_USERINFO)
ACCESS_WAY = token_way("preaccesstoken", triggers.PRE_ACCESS_TOKEN)
SAML_WAY = Way(
    triggers.PRE_SAML_RESPONSE,
    lambda org: {"user": v1_user(org), "userGrants": v1_grants(org)},
    lambda org: function("presamlresponse", org),
    lambda result, _: v1_attributes(result),
    lambda reply, _: complement_saml(reply),
)
EXTERNAL_CREATION = creation_way(ADD, external_message, triggers.EXTERNAL_PRE_CREATION)
INTERNAL_CREATION = creation_way(ADD, human_message, triggers.INTERNAL_PRE_CREATION)
CREATE_USER = creation_way(CREATE, create_message, triggers.INTERNAL_PRE_CREATION)
SAML_LOGIN, OAUTH_LOGIN, OIDC_LOGIN = map(external_way, ("saml", "oauth", "oidc"))

ROLES = [f"{grant['project_id']}:{role}" for grant in GRANTS for role in grant["roles"]]
GOOFY = {"firstName": "Goofy", "lastName": "Goof"}
MAIL = {"email": "goofy@acme.example", "isEmailVerified": True}
TWICE = {"firstName": "Goofy", "lastName": "Goofy"}

SAME: list[tuple[str, Way, Any]] = [
    ("addClaim", USERINFO_WAY, {"year": 2023}),
    ("addClaim", ACCESS_WAY, {"year": 2023}),
    ("add_metadata", OAUTH_LOGIN, {"metadata": {"add": encoded("me")}}),
    ("add_metadata", EXTERNAL_CREATION, {"metadata": {"add": encoded("me")}}),
    ("add_metadata", INTERNAL_CREATION, {"metadata": {"add": encoded("me")}}),
    ("add_metadata", CREATE_USER, {"metadata": {"add": encoded("me")}}),
    ("add_picture_claim_from_idp_metadata", USERINFO_WAY, {"picture": PICTURE}),
    ("flatRoles", USERINFO_WAY, {"my:zitadel:grants": ROLES}),
    ("flatRoles", ACCESS_WAY, {"my:zitadel:grants": ROLES}),
    (
        "prefilRegisterFromEntraId",
        SAML_LOGIN,
        {**GOOFY, **MAIL, "displayName": "G. Goof", "username": "goofy#EXT#"},
    ),
    ("mapGitHubOAuth", OAUTH_LOGIN, TWICE),
    ("mapGitLabOAuth", OAUTH_LOGIN, TWICE),
    ("mapLinkedInOauth", OAUTH_LOGIN, {**GOOFY, **MAIL, "username": "goofy@acme.example"}),
    ("make_api_call", USERINFO_WAY, {}),
    ("mapOktaOauth", OIDC_LOGIN, {**TWICE, **MAIL, "username": "goofy@acme.example"}),
    ("prefilRegisterFromOKTASAML", SAML_LOGIN, {**GOOFY, **MAIL, "username": MAIL["email"]}),
    ("map", SAML_LOGIN, {**GOOFY, **MAIL, "displayName": "G. Goof", "username": "goofy"}),
    ("setCustomAttribute", SAML_WAY, {"OrgID": ["setCustomAttribute"], "Roles": ROLES}),
    (
        "set_idp_picture_metadata",
        OIDC_LOGIN,
        {"metadata": {"idpPicture": encoded("https://pictures.example/goofy.png")}},
    ),
    ("setEmailVerified", EXTERNAL_CREATION, {"isEmailVerified": True}),
    ("setEmailVerified", INTERNAL_CREATION, {"isEmailVerified": True}),
    ("setEmailVerified", CREATE_USER, {"isEmailVerified": True}),
]
"""Script, trigger, and what of the end it is that the script did."""


def call(world: World, payload: dict[str, Any], **more: Any) -> bytes:
    async def scenario() -> bytes:
        async with calling(world.endpoint, **more) as (zitadel, session):
            return await zitadel.call(session, payload)

    return run(scenario())


@pytest.mark.parametrize(
    ("script", "way", "effect"), SAME, ids=[f"{s}-{w.trigger}" for s, w, _ in SAME]
)
def test_script_ends_in_the_same_under_v1_and_v2(
    world: World, script: str, way: Way, effect: dict[str, Any]
) -> None:
    result = world.client.call(way.trigger, tenant=script, context=way.context(script))
    assert result.outcome == "succeeded", result.error
    under_v1 = way.v1(result, script)
    under_v2 = way.v2(call(world, way.payload(script)), script)
    assert under_v2 == under_v1
    ended = under_v1[0] if isinstance(under_v1, tuple) else under_v1
    metadata = {**ended.get("metadata", {}), **effect.get("metadata", {})}
    expected = {**effect, "metadata": metadata} if "metadata" in effect else effect
    assert {**ended, **expected} == ended


def test_api_is_called_by_both(world: World) -> None:
    world.api.asked.clear()
    test_script_ends_in_the_same_under_v1_and_v2(world, "make_api_call", USERINFO_WAY, {})
    assert [asked.body for asked in world.api.asked] == [b'{"name":"user 1"}'] * 2


EVERYWHERE = [USERINFO_WAY, SAML_WAY, OIDC_LOGIN, INTERNAL_CREATION]


@pytest.mark.parametrize("way", EVERYWHERE, ids=[way.trigger for way in EVERYWHERE])
def test_script_that_throws_ends_the_operation_under_both(world: World, way: Way) -> None:
    result = world.client.call(way.trigger, tenant="err", context=way.context("err"))
    assert result.outcome == "failed"
    with pytest.raises(OperationError) as ended:
        call(world, way.payload("err"))
    assert ended.value.code == "permission_denied"
    assert "internal" not in ended.value.message


# What a call of v2 does not have (spec, 7.14)


@pytest.mark.parametrize("script", ["setOrgClaims", "groups", "setOrgAttribute"])
def test_organisations_metadata_are_not_in_a_call(world: World, script: str) -> None:
    way = SAML_WAY if script == "setOrgAttribute" else USERINFO_WAY
    stored = [{"key": "crm-id", "value": encoded("c1")}]
    more = {"orgMetadata": stored, "grantOrgMetadata": {script: stored}}
    context = {**way.context(script), **more}
    result = world.client.call(way.trigger, tenant=script, context=context)
    claims, _ = way.v1(result, script)
    ended, _ = way.v2(call(world, way.payload(script)), script)
    names = {"org_claim_crm-id", "groups", "org_attribute_crm-id"}
    (name,) = names & set(claims)
    assert claims[name]
    assert not ended.get(name)


CREATED = execution(ADD, "addGrant", human_message("addGrant"), response={"userId": "9"})
LOGGED_IN = execution(
    SET_SESSION, "add_metadata", {"checks": {"password": {"password": "x"}}}, response={}
)


@pytest.mark.parametrize("payload", [CREATED, LOGGED_IN], ids=["addGrant", "add_metadata"])
def test_what_a_reply_cannot_carry_fails_unless_it_may_be_dropped(
    world: World, payload: dict[str, Any]
) -> None:
    with pytest.raises(OperationError) as ended:
        call(world, payload)
    assert ended.value.code == "permission_denied"
    assert call(world, payload, unsupported="drop") == b""


def test_login_without_an_auth_request_is_told_from_others_by_the_script_itself(
    world: World,
) -> None:
    assert call(world, intent("logConsole", "oidc")) == b""
    with pytest.raises(OperationError):
        call(world, intent("log", "oidc"))  # reads authRequest, which no call has


def test_metadata_that_zitadel_leaves_out_are_none_and_not_those_of_our_store(
    world: World,
) -> None:
    script = "add_picture_claim_from_idp_metadata"
    stored = {"user": {"id": "231"}}
    world.client.call("2:4", tenant=script, context=stored, actions=[STORE])
    payload = function("preuserinfo", script)
    del payload["user_metadata"]
    assert call(world, payload) == b""


STORE = Action(
    name="store",
    script="function store(ctx, api) { api.v1.user.setMetadata('idpPicture', 'ours'); }",
)
