"""Every limit of an action, through a daemon: just below it succeeds, just above it fails."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from daemon import Daemon

from actionsd_client import Action, Client, Result

TRIGGER = "complement-token/pre-userinfo"
CLAIM_CHARACTERS = len('{"op":"setClaim","action":"f","key":"0","value":0}')


class Case(NamedTuple):
    """A limit, what an action does up to it and beyond, and what it fails with."""

    limits: dict[str, Any]
    below: str
    above: str
    kind: str
    words: str


def spin(milliseconds: str) -> str:
    return f"for (const end = Date.now() + {milliseconds}; Date.now() < end;);"


def hold(allocate: str) -> str:
    """Hold memory for long enough to be looked at."""
    return f"const held = {allocate}; {spin('100')} if (held.length === 0) throw 1;"


def times(count: int, statement: str) -> str:
    return f"for (let i = 0; i < {count}; i++) {statement};"


CLAIM = "api.v1.claims.setClaim(`${i}`, 0)"
LINE = "require('zitadel/log').log('x')"
CLAIM_LINE = "api.v1.claims.appendLogIntoClaims('x')"
NUMBERS = "Array.from({ length: %d }, () => new Array(1e6 / 8).fill(1.5))"
BYTES = "new Uint8Array(%d * 2 ** 20).fill(1)"
CPU, MEMORY, OUTPUT = "cpu_limit", "memory_limit", "output_limit"

CASES = {
    "timeout": Case(
        {"timeout": 0.5},
        spin("50"),
        spin("Infinity"),
        "timeout",
        "longer than its timeout",
    ),
    "cpu": Case({"cpu": 0.5}, spin("200"), spin("Infinity"), CPU, "more than 0.5 s of CPU"),
    "heap": Case(
        {"memory": 64}, hold(NUMBERS % 40), hold(NUMBERS % 96), MEMORY, "more than 64 MiB"
    ),
    # V8's own garbage counts too: some MiB, by what has run there before.
    "buffers": Case({"memory": 64}, hold(BYTES % 56), hold(BYTES % 68), MEMORY, "more than 64 MiB"),
    "mutations": Case(
        {"mutations": 10}, times(10, CLAIM), times(11, CLAIM), OUTPUT, "more than 10 mutations"
    ),
    "logs": Case({"logs": 10}, times(10, LINE), times(11, LINE), OUTPUT, "more than 10 log lines"),
    "log claim": Case(
        {"logs": 10}, times(10, CLAIM_LINE), times(11, CLAIM_LINE), OUTPUT, "more than 10 log lines"
    ),
    "characters": Case(
        {"output": 5 * CLAIM_CHARACTERS},
        times(5, CLAIM),
        times(6, CLAIM),
        OUTPUT,
        f"more than {5 * CLAIM_CHARACTERS} characters",
    ),
}


@pytest.fixture(scope="module")
def client(daemon: Daemon) -> Iterator[Client]:
    with Client(daemon.endpoint) as client:
        yield client


def call(client: Client, *actions: Action) -> Result:
    return client.call(TRIGGER, tenant="limits", context={}, actions=list(actions))


def action(body: str, *, tolerated: bool = False, **more: Any) -> Action:
    script = f"function f(ctx, api) {{ {body} }}"
    return Action(name="f", script=script, allowed_to_fail=tolerated, **more)


NEXT = Action(name="g", script="const g = (ctx, api) => api.v1.claims.setClaim('next', 1)")


@pytest.mark.parametrize("realm", ["shared", "fresh"])
@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_action_just_below_the_limit_succeeds(client: Client, case: Case, realm: str) -> None:
    result = call(client, action(case.below, realm=realm, **case.limits))
    assert result.error is None


@pytest.mark.parametrize("realm", ["shared", "fresh"])
@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_action_just_above_the_limit_fails_and_the_next_one_runs(
    client: Client, case: Case, realm: str
) -> None:
    culprit = action(case.above, tolerated=True, realm=realm, **case.limits)
    result = call(client, culprit, NEXT)
    assert result.error is None
    error = result.actions[0].error
    assert error is not None
    assert (error.kind, case.words in error.message) == (case.kind, True)
    assert [each.outcome for each in result.actions] == ["tolerated", "succeeded"]
    assert result.mutations[-1]["key"] == "next"


@pytest.mark.parametrize(
    ("case", "count"), [("mutations", 10), ("characters", 5)], ids=["mutations", "characters"]
)
def test_what_was_written_before_the_limit_is_kept(client: Client, case: str, count: int) -> None:
    result = call(client, action(CASES[case].above, **CASES[case].limits))
    assert [mutation["key"] for mutation in result.mutations] == [str(n) for n in range(count)]


@pytest.mark.parametrize("name", ["timeout", "cpu", "heap", "buffers"])
def test_claim_that_was_set_before_the_cut_is_kept(client: Client, name: str) -> None:
    case = CASES[name]
    result = call(client, action(f"api.v1.claims.setClaim('a', 1); {case.above}", **case.limits))
    assert result.error is not None
    assert (result.error.kind, result.claims()) == (case.kind, {"a": 1})


def test_cpu_of_the_result_is_about_the_limit(client: Client) -> None:
    result = call(client, action(spin("Infinity"), cpu=0.3))
    assert 300 <= result.actions[0].cpu_ms < 600


def test_every_action_of_a_chain_has_a_limit_of_its_own(client: Client) -> None:
    result = call(client, *[action(times(10, CLAIM), mutations=10)] * 3)
    assert result.error is None


def test_limits_of_the_manifest_hold(start_daemon: Callable[..., Daemon], tmp_path: Path) -> None:
    (tmp_path / "f.js").write_text(f"function f(ctx, api) {{ {times(3, CLAIM)} }}")
    flow = '[flows]\n"2:4" = ["f"]\n'
    (tmp_path / "acme.toml").write_text(f'[actions.f]\nfile = "f.js"\nmutations = 2\n{flow}')
    daemon = start_daemon(registry=tmp_path)
    daemon.wait_ready()
    with Client(daemon.endpoint) as client:
        result = client.call(TRIGGER, tenant="acme", context={})
    assert result.error is not None
    assert (result.error.kind, len(result.mutations)) == ("output_limit", 2)
