from __future__ import annotations

from collections import Counter
from pathlib import Path

from benchmarks.plan import (
    GOJA,
    ISOLATED_VM,
    POOLS,
    WORKERD,
    Pace,
    Scope,
    Session,
    can_run,
    make_plan,
    weigh,
)
from benchmarks.workload import Workload


def workload(name: str) -> Workload:
    return Workload(name, Path(f"{name}.js"), Path("context.json"), None)


def scope(*names: str, workers: tuple[int, ...] = (1, 2, 4)) -> Scope:
    return Scope([workload(name) for name in names], list(workers), [1, 16])


def test_all_loads_are_measured_at_two_workers_and_the_highest_at_others() -> None:
    plan = make_plan(scope("w1"), node=False)
    assert [(s.workers, s.in_flight) for s in plan if s.subject == "actionsd"] == [
        (1, [16]),
        (2, [1, 16]),
        (4, [16]),
    ]


def test_where_two_workers_are_not_asked_for_the_first_number_stands_in() -> None:
    assert scope("w1", workers=(4, 8)).base_workers == 4


def test_the_floor_is_measured_in_every_repetition() -> None:
    assert make_plan(scope("w1", "w2"), node=False)[0] == Session("floor", None, 2, [1, 16])


def test_peers_come_right_after_the_daemon_with_the_same_workload() -> None:
    plan = make_plan(scope("w1", "w2", workers=(2,))._replace(peers=POOLS), node=False)
    assert [session.subject for session in plan[1:]] == ["actionsd", *POOLS] * 2


def test_a_peer_that_cannot_run_a_workload_is_left_out_with_a_reason() -> None:
    plan = make_plan(scope("w4")._replace(peers=POOLS + ISOLATED_VM + WORKERD), node=False)
    assert {session.subject for session in plan} == {"floor", "actionsd", *ISOLATED_VM}
    assert "MiniRacer" in str(can_run(POOLS[0], workload("w4")))
    assert "promise" in str(can_run(WORKERD[0], workload("w4")))
    assert can_run(ISOLATED_VM[0], workload("w4")) is None


def test_goja_in_a_loop_is_measured_for_each_workload_where_goja_is_a_peer() -> None:
    plan = make_plan(scope("w1", "w4")._replace(peers=GOJA), node=False)
    assert Counter(s.subject for s in plan)["goja in a loop"] == 2
    without = make_plan(scope("w1")._replace(peers=POOLS), node=False)
    assert "goja in a loop" not in {s.subject for s in without}


def test_plain_node_is_compared_with_computing_only() -> None:
    plan = make_plan(scope("w1", "w3"), node=True)
    assert Counter(s.subject for s in plan)["plain node"] == 1
    assert "plain node" not in {s.subject for s in make_plan(scope("w1"), node=True)}


def test_a_start_weighs_less_where_more_runs_share_it() -> None:
    pace = Pace(1, 1.0, 0.5)
    one = Session("actionsd", workload("w1"), 2, [1])
    assert weigh(one, pace) > weigh(one._replace(in_flight=[1, 16, 64]), pace) > 1.5
