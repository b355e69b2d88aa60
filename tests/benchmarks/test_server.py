from __future__ import annotations

import sys

import psutil
import pytest

from benchmarks.accounting import brood_cpu
from benchmarks.errors import BenchmarkError
from benchmarks.peers.server import Server, serving


def listening(line: str) -> list[str]:
    return [sys.executable, "-c", f"import time; print({line!r}, flush=True); time.sleep(100)"]


@pytest.mark.parametrize("line", ["1234", '{"event": "listen", "socket": "http", "port": 1234}'])
def test_the_first_line_says_the_port(line: str) -> None:
    with serving("x", listening(line)) as server:
        assert server.port == 1234


def test_a_server_has_ended_after_the_block() -> None:
    with serving("x", listening("1")) as server:
        (process,) = server.processes
        assert process.is_running()
    assert not process.is_running()


@pytest.mark.parametrize("code", ["", "print('no port')"])
def test_a_server_that_does_not_listen_is_said(code: str) -> None:
    with (
        pytest.raises(BenchmarkError, match=r"^x's server did not start$"),
        serving("x", [sys.executable, "-c", code]),
    ):
        pass


def test_what_all_processes_have_spent_is_added() -> None:
    itself = psutil.Process()
    assert Server(1, (itself, itself)).cpu() == pytest.approx(2 * brood_cpu(itself), abs=0.5)
