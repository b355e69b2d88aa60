"""Whose turn it is, by what each has used."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from actionsd_broker.turns import BEHIND_ROUNDS, QUANTUM_SECONDS, Standing, Turns


def make(*tenants: str, standing: Standing = Standing.WITHOUT) -> Turns:
    turns = Turns()
    for tenant in tenants:
        turns.advance()
        turns.stand(tenant, standing)
    return turns


def serve(turns: Turns, seconds: float, weights: dict[str, float] | None = None) -> str:
    """Charge the tenant whose turn it is, which goes on waiting."""
    first = turns.first()
    assert first is not None
    standing, tenant = first
    turns.charge(tenant, seconds, (weights or {}).get(tenant, 1.0))
    turns.stand(tenant, standing)
    return tenant


def test_tenants_that_use_alike_come_one_after_the_other() -> None:
    turns = make("a", "b", "c")
    assert "".join(serve(turns, QUANTUM_SECONDS) for _ in range(6)) == "abcabc"


def test_tenant_that_used_more_sits_out_the_rounds_that_it_owes() -> None:
    turns = make("a", "b")
    turns.charge("a", 3 * QUANTUM_SECONDS, 1.0)
    turns.stand("a", Standing.WITHOUT)
    assert "".join(serve(turns, QUANTUM_SECONDS) for _ in range(5)) == "bbbab"


def test_nobody_waits_for_rounds_in_which_all_owe() -> None:
    turns = make("a", "b")
    for tenant in "ab":
        turns.charge(tenant, 1e6, 1.0)
        turns.stand(tenant, Standing.WITHOUT)
    assert turns.first() == (Standing.WITHOUT, "a")


def test_who_comes_late_has_saved_nothing() -> None:
    turns = make("a", "b")
    for _ in range(200):
        serve(turns, QUANTUM_SECONDS)
    turns.advance()
    turns.stand("late", Standing.WITHOUT)
    assert Counter(serve(turns, QUANTUM_SECONDS) for _ in range(30)) == {
        "a": 10,
        "b": 10,
        "late": 10,
    }


def test_debts_are_forgotten_when_nobody_waits() -> None:
    turns = make("a")
    turns.charge("a", 100.0, 1.0)
    assert turns.owes("a")
    turns.leave("a")
    turns.advance()
    assert not turns.owes("a")


def test_debt_of_a_tenant_that_does_not_wait_stays_while_others_do() -> None:
    turns = make("a", "b")
    turns.charge("a", 1.0, 1.0)
    turns.leave("a")
    turns.advance()
    assert turns.owes("a")


def test_who_has_nothing_and_owes_nothing_comes_first() -> None:
    turns = make("without")
    turns.stand("some", Standing.SOME)
    turns.stand("full", Standing.FULL)
    turns.stand("new", Standing.NEW)
    order = []
    while (first := turns.first()) is not None:
        order.append(first[1])
        turns.leave(first[1])
    assert order == ["new", "without", "some"]


def test_who_has_a_worker_comes_first_if_the_other_had_much_more() -> None:
    turns = make("without")
    turns.stand("some", Standing.SOME)
    turns.charge("without", BEHIND_ROUNDS * QUANTUM_SECONDS, 1.0)
    turns.stand("without", Standing.WITHOUT)
    assert turns.first() == (Standing.WITHOUT, "without")
    turns.charge("without", QUANTUM_SECONDS, 1.0)
    turns.stand("without", Standing.WITHOUT)
    assert turns.first() == (Standing.SOME, "some")


def test_tenants_without_debts_are_not_remembered() -> None:
    turns = make("steady")
    for number in range(10_000):
        tenant = f"t{number}"
        turns.advance()
        turns.stand(tenant, Standing.WITHOUT)
        turns.charge(tenant, QUANTUM_SECONDS, 1.0)
        turns.leave(tenant)
        serve(turns, QUANTUM_SECONDS)
    assert len(turns._used) < 100


@given(
    weights=st.lists(st.sampled_from([0.5, 1.0, 2.0, 3.0, 10.0]), min_size=2, max_size=6),
    lengths=st.lists(st.floats(0.0005, 0.2), min_size=6, max_size=6),
)
def test_what_is_used_goes_by_weight_whatever_the_jobs_lengths(
    weights: list[float], lengths: list[float]
) -> None:
    names = "abcdef"[: len(weights)]
    by_name = dict(zip(names, weights, strict=True))
    turns = make(*names)
    used = dict.fromkeys(names, 0.0)
    for _ in range(2000):
        first = turns.first()
        assert first is not None
        seconds = lengths[names.index(first[1])]
        serve(turns, seconds, by_name)
        used[first[1]] += seconds
    # Nobody is further from the others than by a job and a quantum of each.
    normed = [used[name] / by_name[name] for name in names]
    longest = max(lengths[names.index(name)] / by_name[name] for name in names)
    assert max(normed) - min(normed) <= longest + 2 * QUANTUM_SECONDS
