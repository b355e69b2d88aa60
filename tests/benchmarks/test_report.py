from __future__ import annotations

from typing import Any

import msgspec
import pytest
from benchmark_report import make, make_report

from benchmarks.figures import Point
from benchmarks.peers.loop import Looped
from benchmarks.peers.node import Hot
from benchmarks.report import Report, compare_with_goja, compare_with_node
from benchmarks.workload import Outcome


@pytest.fixture
def document() -> dict[str, Any]:
    found: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(make_report()))
    return found


def test_the_document_has_the_keys_that_were_promised(document: dict[str, Any]) -> None:
    assert {"machine", "workloads", "floor", "peers", "lifecycle"} <= document.keys()
    entry = document["workloads"]["w2"][0]
    promised = {"in_flight", "workers", "jobs_per_s", "cpu_us_per_job", "p50_ms", "p99_ms"}
    assert promised <= entry.keys()
    assert entry["cpu_us_per_job"].keys() == {"client", "broker", "worker", "total"}


def test_the_document_says_on_what_and_under_what_it_was_measured(document: dict[str, Any]) -> None:
    assert {"cpu", "cores", "kernel", "python", "v8", "load_average"} <= document["machine"].keys()
    assert document["conditions"]["sandbox"] == "required"
    assert document["workloads"]["w2"][0]["load_average"] == [0.5, 0.5]


def test_a_document_can_be_read_again(document: dict[str, Any]) -> None:
    assert msgspec.convert(document, Report) == make_report()


def test_the_floor_is_looked_up_by_load() -> None:
    report = make_report()
    assert report.floor_us(Point(8, 16)) == report.floor[0].cpu_us_per_job.total
    assert report.floor_us(Point(2, 1)) is None


def hot(cpu_us: float) -> Hot:
    return Hot(cpu_us, 100, Outcome({}, []), "20.1", "11.3")


def test_plain_node_is_compared_by_its_median() -> None:
    ours = make(2, 16, 1000)
    found = compare_with_node([hot(40), hot(50), hot(900)], ours)
    assert found is not None
    assert found.cpu_us == 50
    assert found.worker_ratio == pytest.approx(ours.cpu_us_per_job.worker / 50, abs=0.01)


def test_without_node_there_is_nothing_to_compare() -> None:
    assert compare_with_node([], make(2, 16, 1000)) is None


def test_without_a_figure_of_ours_node_stands_alone() -> None:
    found = compare_with_node([hot(40)], None)
    assert found is not None
    assert (found.cpu_us, found.worker_ratio) == (40, None)


def test_goja_is_compared_by_its_median() -> None:
    ours = make(2, 16, 1000)
    found = compare_with_goja([Looped(us, 10, Outcome({}, [])) for us in (700, 800, 9000)], ours)
    assert (found.cpu_us, found.runs) == (800, [700, 800, 9000])
    assert found.total_ratio == pytest.approx(ours.cpu_us_per_job.total / 800, abs=0.01)
    assert compare_with_goja([Looped(8, 10, Outcome({}, []))], None).total_ratio is None
