"""Rogue workers, real processes: each is ended with a reason, and nobody else notices."""

from __future__ import annotations

import time
from collections.abc import Callable

import psutil
import pytest
from arena import SECRET, Arena, Breach, Neighbour
from rogue_mode import Mode, load_modes

from actionsd_client import Action, Client
from actionsd_protocol.errors import FailureKind

FLOOD_BYTES = 300 * 2**20
"""What a flood may cost the broker, at the most and for a moment."""

KEPT_BYTES = 64 * 2**20
"""What it may keep when the flood is over."""

WARM_JOBS = 30
MANY_JOBS = 60

MODES = [
    pytest.param(mode, id=str(mode), marks=[pytest.mark.slow] * ("slow" in mode.header))
    for mode in load_modes()
]


@pytest.mark.parametrize("mode", MODES)
def test_rogue_is_ended_and_nobody_else_notices(
    arena: Arena, mode: Mode, record_property: Callable[[str, object], None]
) -> None:
    arena.wait_whole()
    before = arena.broker_bytes()
    arena.reset_peak()
    with Neighbour(arena) as neighbour:
        breach = provoke(arena, mode)
        dead_at = wait_dead(breach)
        line = arena.daemon.wait_line(f"{mode.event} worker={arena.name_of(breach.pid)}")
        arena.wait_whole()
        whole_at = time.monotonic()
        grown = arena.peak_bytes() - before
        neighbour.wait_done()
    for name, seconds in {
        "breach_to_dead": dead_at - breach.at,
        "dead_to_ready": whole_at - dead_at,
        "slowest_neighbour": neighbour.slowest_seconds,
    }.items():
        record_property(name, round(seconds, 3))
    record_property("grown_mib", grown >> 20)
    assert mode.words in line
    assert neighbour.wrong == []
    assert SECRET not in arena.daemon.log()
    assert "SECRET" not in arena.daemon.log()
    assert dead_at - breach.at < mode.within_seconds
    assert grown < FLOOD_BYTES
    if mode.floods:
        arena.wait(lambda: arena.broker_bytes() < before + KEPT_BYTES, "it keeps the memory")


def provoke(arena: Arena, mode: Mode) -> Breach:
    """Have a worker misbehave; see that its job ends as it should."""
    with Client(arena.daemon.endpoint) as client:
        if mode.stage == "birth":
            arena.order_birth(mode)
            arena.act(client, f"before {mode}", 1, rogue="exits")
            return arena.breach(mode)
        tenant = f"rogue {mode}"
        if mode.stage == "batch":
            flood(arena, client, tenant, mode)
            return arena.breach(mode)
        assert arena.act(client, tenant, 1).claims() == {"m": 1}
        error = arena.act(client, tenant, 2, rogue=str(mode), **mode.limits).error
        assert ("succeeded" if error is None else error.kind.value) in mode.outcomes
        return arena.breach(mode)


def flood(arena: Arena, client: Client, tenant: str, mode: Mode) -> None:
    """Have a worker be given several jobs, and misbehave; see that none of them suffers."""
    for n in range(WARM_JOBS):  # until they are known to be short
        assert arena.act(client, tenant, n).claims() == {"m": n}
    calls = [arena.begin(client, tenant, n, rogue=str(mode)) for n in range(MANY_JOBS)]
    assert [call.result().claims() for call in calls] == [{"m": n} for n in range(MANY_JOBS)]


def wait_dead(breach: Breach) -> float:
    until = time.monotonic() + 60
    while psutil.pid_exists(breach.pid):
        assert time.monotonic() < until, "it lives"
        time.sleep(0.001)
    return time.monotonic()


def test_costs_are_not_what_a_rogue_says(arena: Arena) -> None:
    with Client(arena.daemon.endpoint) as client:
        result = arena.act(client, "spans", 1, rogue="forged_spans")
    assert result.error is None
    assert result.actions[0].wall_ms <= result.timing.run_ms
    assert result.actions[0].cpu_ms < 1000


def test_poisonous_action_is_refused_for_a_while_and_others_run(arena: Arena) -> None:
    """The daemon under test lets it try again after a second (rogue_daemon)."""
    tenant = "poisoner"
    other = Action(name="other", script="function other(c, api) { api.v1.claims.setClaim('o', 1) }")
    with Neighbour(arena) as neighbour, Client(arena.daemon.endpoint) as client:
        for _ in range(3):
            error = arena.act(client, tenant, 1, rogue="dies_by_sigsegv").error
            assert error is not None
            assert error.kind is FailureKind.WORKER_LOST
        refused = arena.act(client, tenant, 1).error
        assert refused is not None
        assert refused.kind is FailureKind.POISONED
        context: dict[str, object] = {"claims": {}}
        more = client.call("preuserinfo", tenant=tenant, context=context, actions=[other])
        assert more.claims() == {"o": 1}
        arena.wait(lambda: arena.act(client, tenant, 2).error is None, "it stays out for ever")
        assert arena.act(client, tenant, 3).claims() == {"m": 3}
    assert neighbour.wrong == []
