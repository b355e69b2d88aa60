from __future__ import annotations

import json
import runpy
from pathlib import Path

import pytest

from benchmarks.errors import BenchmarkError
from benchmarks.peers.node import find_node, run_hot
from benchmarks.workload import NAMES, WORKLOADS, Outcome, Workload, check, load_workloads


@pytest.fixture
def shipped() -> dict[str, Workload]:
    return {workload.name: workload for workload in load_workloads(WORKLOADS, list(NAMES))}


def test_every_workload_says_what_it_must_come_to(shipped: dict[str, Workload]) -> None:
    assert [w.name for w in shipped.values() if w.expected is not None] == list(NAMES)


def test_only_one_workload_needs_the_site(shipped: dict[str, Workload]) -> None:
    assert [w.name for w in shipped.values() if w.fetches] == ["w4"]


def test_documents_are_as_the_script_makes_them() -> None:
    make = runpy.run_path(str(WORKLOADS / "make.py"))
    for name, full in (("context.json", False), ("context-full.json", True)):
        assert json.loads((WORKLOADS / name).read_text()) == make["context"](full=full)
    expected = json.loads((WORKLOADS / "expected.json").read_text())
    assert expected["w3"]["claims"] == {"digest": make["digest"]()}
    assert expected["w2"] == make["flattened"](make["grants"](full=True))


@pytest.mark.parametrize("name", ["w1", "w2", "w3"])
def test_in_plain_node_a_workload_comes_to_what_it_must(
    name: str, shipped: dict[str, Workload]
) -> None:
    node = find_node()
    if node is None:
        pytest.skip("there is no node here")
    assert run_hot(node, shipped[name], 0.05).outcome == shipped[name].expected


def test_what_a_directory_lacks_is_named(tmp_path: Path) -> None:
    (tmp_path / "context.json").write_text("{}")
    with pytest.raises(BenchmarkError, match=r"w1\.js: not there"):
        load_workloads(tmp_path, ["w1"])


def test_a_directory_need_not_say_what_must_come(tmp_path: Path) -> None:
    (tmp_path / "context.json").write_text("{}")
    (tmp_path / "w1.js").write_text("function w1() {}")
    (workload,) = load_workloads(tmp_path, ["w1"])
    assert workload.expected is None


def test_what_must_come_has_to_be_said_rightly(tmp_path: Path) -> None:
    (tmp_path / "context.json").write_text("{}")
    (tmp_path / "w1.js").write_text("function w1() {}")
    (tmp_path / "expected.json").write_text('{"w1": {"claim": {}}}')
    with pytest.raises(BenchmarkError, match=r"expected\.json: "):
        load_workloads(tmp_path, ["w1"])


def test_a_wrong_result_fails_the_benchmark() -> None:
    with pytest.raises(BenchmarkError, match="w1: wrong result"):
        check("w1", Outcome({"k": "v"}, []), Outcome({"k": "w"}, []))


def test_a_right_result_and_one_that_nothing_is_said_of_pass() -> None:
    check("w1", Outcome({"k": "v"}, []), Outcome({"k": "v"}, []))
    check("w1", None, Outcome({"k": "w"}, []))
