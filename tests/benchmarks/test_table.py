from __future__ import annotations

import msgspec
import pytest
from benchmark_report import make_report

from benchmarks.table import align, write_tables


@pytest.fixture
def text() -> str:
    return write_tables(make_report())


def test_the_table_begins_with_the_machine(text: str) -> None:
    assert text.startswith("a processor, 2 cores, 8 GiB, Linux 6.1, Python 3.11.7, V8 14.4")


def test_every_figure_has_a_line_under_its_workload(text: str) -> None:
    _, _, after = text.partition("w2: actionsd\n")
    lines = after.splitlines()
    assert lines[0].split()[:3] == ["workers", "in", "flight"]
    assert [line.split()[:3] for line in lines[1:4]] == [
        ["1", "16", "505"],
        ["2", "1", "705"],
        ["2", "16", "1005"],
    ]


def test_a_figure_is_also_a_multiple_of_the_floor(text: str) -> None:
    line = next(line for line in text.splitlines() if line.split()[:3] == ["2", "16", "1005"])
    assert line.split()[8] == "4.5"


def test_peers_stand_below_the_daemon(text: str) -> None:
    assert text.index("w2: actionsd") < text.index("w2: pool, fresh MiniRacer")


def test_what_was_left_out_is_said(text: str) -> None:
    assert "left out: isolated-vm: there is no npm here" in text


def test_memory_that_may_not_be_read_is_said(text: str) -> None:
    assert "idle worker: 20.0 MiB PSS, 10.0 MiB USS" in text
    assert "used worker: its memory may not be read here" in text


def test_plain_node_is_said_with_all_ratios(text: str) -> None:
    assert "the action itself 1.10 times that, its worker 1.20, all 1.50" in text


def test_goja_in_a_loop_is_said_with_how_many_times_that_we_spend(text: str) -> None:
    assert "w2 in goja, in a loop in one process: 800 µs of CPU a job; ours in all 0.45" in text


def test_a_single_run_has_no_spread() -> None:
    report = make_report()
    once = [msgspec.structs.replace(figure, runs=1) for figure in report.floor]
    text = write_tables(msgspec.structs.replace(report, floor=once))
    floor = text.partition("floor: ")[2].splitlines()[2]
    assert floor.split()[3] == "-"


def test_columns_are_as_wide_as_their_widest_cell() -> None:
    assert list(align([("a", "long"), ("word", "1")])) == ["a     long", "word     1"]
