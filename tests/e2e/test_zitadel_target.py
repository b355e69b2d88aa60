"""Calls of a ZITADEL over HTTP, through the endpoint and a daemon, and back."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from daemon import serving, short_directory
from joserfc.jwk import ECKey, RSAKey
from servers import answering, run, site
from zitadel import SIGNING_KEY, OperationError, Zitadel, complement_saml, complement_token, sign
from zitadel_calls import USERINFO, function, v2_grants
from zitadel_gateway import calling, gateway, table

SCRIPT = """
function tell(ctx, api) {
  if (ctx.v1.claims.refuse) throw 'an internal word';
  api.v1.claims.setClaim('org', ctx.v1.getUser().resourceOwner);
  api.v1.claims.setClaim('roles', ctx.v1.user.grants.grants.map((g) => g.projectId + g.roles));
  api.v1.claims.setClaim('client', ctx.v1.application.getClientId());
  api.v1.claims.setClaim('actors', [ctx.v1.actor.userId, ctx.v1.actor.actor.userId]);
  api.v1.claims.appendLogIntoClaims('told');
  api.v1.user.setMetadata('seen', { times: 1 });
}
"""
REMEMBER = """
function remember(ctx, api) {
  const seen = ctx.v1.user.getMetadata().metadata.map(({ key, value }) => key + value);
  api.v1.attributes.setCustomAttribute('seen', '', ...seen);
  api.v1.user.setMetadata('n', 1);
}
"""
TOLD = {
    "org": "acme",
    "roles": ["p1admin,reader", "p2buyer"],
    "client": "app-1@project",
    "actors": ["9", "8"],
    "urn:zitadel:iam:action:function/preuserinfo:log": ["told"],
}
SEEN = {"seen": "eyJ0aW1lcyI6MX0="}
MANIFEST = """
[actions.tell]
file = "tell.js"

[actions.remember]
file = "remember.js"

[flows]
preuserinfo = ["tell"]
presamlresponse = ["remember"]
"""
RSA = RSAKey.generate_key(2048)
EC = ECKey.generate_key("P-256")


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    with short_directory() as place:
        registry = place / "actions"
        registry.mkdir()
        (registry / "tell.js").write_text(SCRIPT)
        (registry / "remember.js").write_text(REMEMBER)
        (registry / "acme.toml").write_text(MANIFEST)
        with serving(place, "--registry", str(registry), "--workers", "1") as daemon:
            yield daemon.endpoint


PAYLOAD = function("preuserinfo", "acme")


def told(reply: bytes) -> tuple[dict[str, Any], dict[str, str]]:
    return complement_token("function/preuserinfo", USERINFO, reply)


def test_call_comes_back_with_what_the_action_did(endpoint: str) -> None:
    async def scenario() -> None:
        async with calling(endpoint) as (zitadel, session):
            assert told(await zitadel.call(session, PAYLOAD)) == ({**USERINFO, **TOLD}, SEEN)
            grants = v2_grants("acme", documented=True)
            documented = function("preuserinfo", "acme", user_grants=grants)
            assert told(await zitadel.call(session, documented))[0] == {**USERINFO, **TOLD}

    run(scenario())


def test_metadata_of_a_saml_user_are_those_of_our_store_and_are_told_to_zitadel(
    endpoint: str,
) -> None:
    async def scenario() -> None:
        async with calling(endpoint) as (zitadel, session):
            first = await zitadel.call(session, function("presamlresponse", "acme"))
            assert complement_saml(first) == ({"seen": []}, {"n": "MQ=="})
            again = function("presamlresponse", "acme", another=True)
            attributes, _ = complement_saml(await zitadel.call(session, again))
            assert attributes == {"seen": ["n1"]}

    run(scenario())


def test_organisation_without_actions_is_left_alone(endpoint: str) -> None:
    async def scenario() -> None:
        async with calling(endpoint) as (zitadel, session):
            assert await zitadel.call(session, function("preuserinfo", "another")) == b""

    run(scenario())


@pytest.mark.parametrize(
    ("web_key", "encryption_key"), [(RSA, None), (EC, None), (RSA, EC), (EC, RSA)]
)
def test_signed_and_encrypted_payloads_are_understood(
    endpoint: str, web_key: RSAKey | ECKey, encryption_key: RSAKey | ECKey | None, tmp_path: Path
) -> None:
    kind: Any = "jwt" if encryption_key is None else "jwe"
    instance = Zitadel(payload=kind, web_key=web_key, encryption_key=encryption_key)
    more: dict[str, Any] = {"payload": kind}
    if encryption_key is not None:
        (tmp_path / "key.pem").write_bytes(encryption_key.as_pem(private=True))
        more["jwe_keys"] = [{"file": str(tmp_path / "key.pem")}]

    async def scenario(url: str) -> None:
        async with calling(endpoint, instance, jwks_url=url, **more) as (zitadel, session):
            assert told(await zitadel.call(session, PAYLOAD))[0] == {**USERINFO, **TOLD}
            with pytest.raises(OperationError):
                await Zitadel(url=zitadel.url).call(session, PAYLOAD)

    with site(answering(json.dumps(instance.jwks()))) as issuer:
        run(scenario(issuer.url("/oauth/v2/keys")))
        assert len(issuer.asked) == 1


def test_action_that_fails_refuses_with_the_operators_words(endpoint: str) -> None:
    async def scenario() -> None:
        payload = function("preuserinfo", "acme", userinfo={"refuse": True})
        more: dict[str, Any] = {"failure_status": 401, "failure_message": "Ask the service desk."}
        async with calling(endpoint, **more) as (zitadel, session):
            with pytest.raises(OperationError) as refused:
                await zitadel.call(session, payload)
        assert refused.value.code == "unauthenticated"
        assert refused.value.message == "Ask the service desk."

    run(scenario())


def test_signatures_that_are_not_right_are_refused(endpoint: str) -> None:
    async def scenario() -> None:
        body = json.dumps(PAYLOAD).encode()
        now = time.time()
        async with calling(endpoint) as (zitadel, session):
            for header in (
                None,
                "",
                "t=1",
                sign(body, "another-key"),
                sign(body + b" ", SIGNING_KEY),
                sign(body, SIGNING_KEY, at=now - 301),
                sign(body, SIGNING_KEY, at=now + 320),
            ):
                status, reply = await zitadel.send(session, body, header)
                assert status == 401
                assert b"title" in reply
            right = sign(body, "another-key", SIGNING_KEY)
            assert (await zitadel.send(session, body, right))[0] == 200

    run(scenario())


def test_same_call_is_answered_the_same_for_a_moment(endpoint: str) -> None:
    async def scenario() -> None:
        async with calling(endpoint) as (zitadel, session):
            first = await zitadel.call(session, PAYLOAD)
            header, body = zitadel.sent[-1]
            assert await zitadel.send(session, body, header) == (200, first)

    run(scenario())


def test_replayed_call_is_refused_whichever_of_its_signatures_it_has(endpoint: str) -> None:
    async def scenario() -> None:
        more: dict[str, Any] = {"signing_keys": [{"env": "ZITADEL_KEY"}, {"env": "ZITADEL_KEY_2"}]}
        async with calling(endpoint, repeat_seconds=0, **more) as (zitadel, session):
            zitadel.keys = (SIGNING_KEY, "another-signing-key")
            await zitadel.call(session, PAYLOAD)
            header, body = zitadel.sent[-1]
            moment, first, second = header.split(",")
            for again in (header, f"{moment},{first}", f"{second},{moment}"):
                assert (await zitadel.send(session, body, again))[0] == 409

    run(scenario())


def test_instances_are_told_apart(endpoint: str) -> None:
    async def scenario() -> None:
        tables = {"one": table(), "two": table(signing_keys=[{"env": "ZITADEL_KEY_2"}])}
        async with gateway(endpoint, tables) as url, calling(endpoint) as (_, session):
            statuses = [
                (await Zitadel(f"{url}/{name}").send(session, body, sign(body, key)))[0]
                for name, key in (
                    ("one", SIGNING_KEY),
                    ("two", "another-signing-key"),
                    ("two", SIGNING_KEY),
                    ("three", SIGNING_KEY),
                )
                for body in [json.dumps(PAYLOAD).encode()]
            ]
        assert statuses == [200, 200, 401, 404]

    run(scenario())


def test_two_megabytes_pass_and_too_much_is_refused(endpoint: str) -> None:
    async def scenario() -> None:
        async with calling(endpoint) as (zitadel, session):
            large = {**PAYLOAD, "a_part_of_next_year": ["x" * 1000] * 2000}
            assert told(await zitadel.call(session, large))[0] == {**USERINFO, **TOLD}
            claims = {"large": ["x" * 1000] * 2000}
            large = function("preuserinfo", "acme", userinfo=claims)
            assert await zitadel.call(session, large)
            body = b" " * (4 * 2**20 + 1)
            assert (await zitadel.send(session, body, sign(body, SIGNING_KEY)))[0] == 413

    run(scenario())


def test_slow_body_is_awaited(endpoint: str) -> None:
    async def scenario() -> None:
        body = json.dumps(PAYLOAD).encode()

        async def slowly() -> AsyncIterator[bytes]:
            for at in range(0, len(body), 400):
                yield body[at : at + 400]
                await asyncio.sleep(0.01)

        async with calling(endpoint) as (zitadel, session):
            header = sign(body, SIGNING_KEY)
            status, reply = await zitadel.send(session, slowly(), header)
            assert status == 200
            assert told(reply)[0] == {**USERINFO, **TOLD}

    run(scenario())


def test_daemon_that_is_not_there_is_no_allow() -> None:
    async def scenario() -> None:
        async with calling("ipc:///tmp/actionsd-nowhere") as (zitadel, session):
            with pytest.raises(OperationError, match="Failed"):
                await zitadel.call(session, PAYLOAD)

    run(scenario())


def test_many_calls_at_once_are_answered_each_with_its_own(endpoint: str) -> None:
    async def scenario() -> None:
        async with calling(endpoint) as (zitadel, session):
            payloads = [
                function("preuserinfo", "acme", application={"client_id": f"app-{n}"})
                for n in range(50)
            ]
            replies = await asyncio.gather(*(zitadel.call(session, p) for p in payloads))
            assert [told(r)[0]["client"] for r in replies] == [f"app-{n}" for n in range(50)]

    run(scenario())
