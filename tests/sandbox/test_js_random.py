from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from typing import Any

import pytest

Run = Callable[..., Any]

DRAW = "const f = (ctx, api) => api.v1.claims.setClaim('n', [1, 2, 3].map(() => Math.random()))"


@pytest.fixture
def seeds(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Say which bytes the system gives next, in place of random ones; keeps the last."""
    seeds = [7]

    def urandom(count: int) -> bytes:
        return bytes([seeds.pop(0) if len(seeds) > 1 else seeds[0]]) * count

    monkeypatch.setattr(os, "urandom", urandom)
    return seeds


def test_numbers_are_spread_between_zero_and_one(value: Run) -> None:
    drawn = value("Array.from({ length: 10000 }, Math.random)")
    assert all(0 <= number < 1 for number in drawn)
    assert len(set(drawn)) == len(drawn)
    tenths = [sum(int(number * 10) == tenth for number in drawn) for tenth in range(10)]
    assert all(850 < count < 1150 for count in tenths)


def test_numbers_have_all_their_bits(value: Run) -> None:
    drawn = value("Array.from({ length: 1000 }, () => Math.random() * 2 ** 53)")
    assert all(number == int(number) for number in drawn)
    assert 400 < sum(int(number) % 2 for number in drawn) < 600


def test_numbers_of_a_run_come_of_its_seed_alone(run: Run, seeds: list[int]) -> None:
    first, again = run(DRAW).claims["n"], run(DRAW).claims["n"]
    assert first == again
    seeds[:] = [8]
    assert run(DRAW).claims["n"] != first


def test_every_action_of_a_chain_has_a_seed_of_its_own(run: Run, seeds: list[int]) -> None:
    seeds[:] = [1, 2, 1]
    other = DRAW.replace("'n'", "'m'")
    claims = run(DRAW, other).claims
    assert claims["n"] != claims["m"]
    assert run(DRAW).claims["n"] == claims["n"]


def test_no_two_runs_draw_the_same(run: Run, run_fresh: Run) -> None:
    drawn = [number for make in (run, run, run_fresh) for number in make(DRAW).claims["n"]]
    assert len(set(drawn)) == len(drawn)


def test_run_that_draws_nothing_asks_for_nothing(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "urandom", lambda _count: pytest.fail("asked"))
    assert run("function f() {}").actions == ["succeeded"]


def test_function_looks_like_the_one_it_replaces(value: Run) -> None:
    look = """((d) => [d.value.name, d.value.length, 'prototype' in d.value, d.enumerable])
        (Object.getOwnPropertyDescriptor(Math, 'random'))"""
    assert value(look) == ["random", 0, False, False]


def test_script_may_replace_it_in_a_realm_of_its_own(run_fresh: Run) -> None:
    script = (
        "Math.random = () => 5; const f = (ctx, api) => api.v1.claims.setClaim('n', Math.random())"
    )
    assert run_fresh(script).claims == {"n": 5}


def test_numbers_do_not_depend_on_what_v8_could_open(
    in_process: Callable[..., subprocess.CompletedProcess[str]],
) -> None:
    # V8 seeds itself from a file that a sealed process cannot open; we do not.
    result = in_process("""
import builtins, json
from actionsd_sandbox.deadline import DeadlineTimer
from actionsd_sandbox.isolate import Engine
from actionsd_sandbox.realm import Realm
engine = Engine(("--single-threaded", "--random-seed=1"))
drawn = []
for _ in range(2):
    with Realm(engine, DeadlineTimer(), lambda _: None, bytes, hardened=True) as realm:
        drawn.append(realm._isolate.evaluate("String(Math.random())").text)
print(len(set(drawn)))
""")
    assert (result.stdout, result.stderr) == ("2\n", "")
