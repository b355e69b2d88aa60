"""Every hostile script against a real daemon, with a bystander (tests/attack.py)."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from typing import Any

import pytest
from attack import Attack, load_attacks
from daemon import Daemon

from actionsd_client import Action, Client, Result

TRIGGER = "complement-token/pre-userinfo"
BYSTANDER = """function bystander(ctx, api) {
  api.v1.claims.setClaim('roles', ctx.v1.user.grants.grants.flatMap(({ roles }) => roles));
}"""
# Runs where the attack ran, and says what it sees of it.
FOLLOWER = """function follower(ctx, api) {
  const seen = Reflect.ownKeys(globalThis).filter((key) => String(key).includes('SECRET'));
  for (const object of [{}, [], () => {}]) for (const key in object) seen.push(key);
  if (JSON.stringify({ a: [1] }) !== '{"a":[1]}' || /a/.test('b')) seen.push('broken');
  if (new Error('x').stack.split('\\n').length > 11) seen.push('stack');
  api.v1.claims.setClaim('seen', seen);
}"""

WORKERS = 2


ATTACKS = load_attacks()


@pytest.fixture(scope="module")
def client(daemon: Daemon) -> Iterator[Client]:
    with Client(daemon.endpoint) as client:
        yield client


@pytest.fixture
def marker(daemon: Daemon) -> Iterator[str]:
    """A word that must not be in the daemon's log when all is over."""
    marker = f"SECRET_{secrets.token_hex(8)}"
    yield marker
    assert marker not in daemon.log()


@pytest.fixture(scope="module", autouse=True)
def _clean_log(daemon: Daemon) -> Iterator[None]:
    """See that no marker came later than the test that made it."""
    yield
    assert "SECRET_" not in daemon.log()


def attack_with(client: Client, attack: Attack, marker: str) -> Result:
    """Run an attack, and meanwhile a job of another tenant, which must not notice."""
    pending = client.submit(
        attack.trigger,
        tenant="hostile",
        context={"claims": {"secret": marker}},
        actions=attack.actions(marker),
    )
    bystander = client.submit(
        TRIGGER,
        tenant="bystander",
        context={"userGrants": [{"roles": ["a", "b"]}, {"roles": ["c"]}]},
        actions=[Action(name="bystander", script=BYSTANDER)],
    )
    assert bystander.result().claims() == {"roles": ["a", "b", "c"]}
    return pending.result()


def follow(client: Client) -> list[Any]:
    """Run jobs of the attacker's tenant, one on each worker; return what they see of it."""
    pending = [
        client.submit(
            TRIGGER,
            tenant="hostile",
            context={},
            actions=[Action(name="follower", script=FOLLOWER)],
        )
        for _ in range(WORKERS)
    ]
    return [each.result().claims().get("seen") for each in pending]


@pytest.mark.parametrize("attack", ATTACKS, ids=str)
def test_attack_fails_its_own_job_alone(attack: Attack, client: Client, marker: str) -> None:
    result = attack_with(client, attack, marker)
    assert follow(client) == [[]] * WORKERS
    attack.judge(result)


@pytest.mark.parametrize("attack", [each for each in ATTACKS if each.control], ids=str)
def test_script_without_its_evil_line_is_harmless(
    attack: Attack, client: Client, marker: str
) -> None:
    actions = attack.actions(marker, evil=False)
    result = client.call(attack.trigger, tenant="hostile", context={}, actions=actions)
    assert ("succeeded" if result.error is None else result.error.kind.value) == attack.control


def test_there_are_as_many_attacks_as_were_promised() -> None:
    assert len({attack.header["hostile"] for attack in ATTACKS}) >= 54
