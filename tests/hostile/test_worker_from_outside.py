"""A real worker of a real daemon, as the kernel shows it: what native code in it would have."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from daemon import Daemon

from actionsd_broker import kernel_word

KNOWN = re.compile(
    r"/dev/null|pipe:\[\d+\]|anon_inode:\[event(fd|poll)\]|socket:\[\d+\]|/proc/\d+/statm"
)

CODE_BYTES = 512 * 2**20
"""What V8 reserves for code."""

V8_PAGE_BYTES = 256 * 2**10


@pytest.fixture(autouse=True)
def as_root() -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can look into a sealed process")


@pytest.fixture
def workers(daemon: Daemon) -> list[int]:
    return _ready(daemon)


def _ready(daemon: Daemon) -> list[int]:
    daemon.wait_line("worker_ready", count=2)
    return [int(pid) for pid in re.findall(r"worker_ready worker=\w+ pid=(\d+)", daemon.log())][:2]


def _descriptors(pid: int) -> dict[int, str]:
    links = Path(f"/proc/{pid}/fd").iterdir()
    return {int(link.name): str(link.readlink()) for link in links}


def test_standard_streams_lead_nowhere_but_for_the_last_words(workers: list[int]) -> None:
    for pid in workers:
        its = _descriptors(pid)
        assert (its[0], its[1]) == ("/dev/null", "/dev/null")
        assert its[2].startswith("pipe:")


def test_worker_has_one_socket_and_nothing_else_to_reach_out_with(workers: list[int]) -> None:
    for pid in workers:
        others = [path for number, path in _descriptors(pid).items() if number > 2]
        assert not [path for path in others if not KNOWN.fullmatch(path)]
        assert sum(path.startswith("socket:") for path in others) == 1
        assert not [path for path in others if path.startswith(("pipe:", "/dev"))]
        assert {path for path in others if path.startswith("/proc")} <= {f"/proc/{pid}/statm"}


def test_workers_share_no_open_file_but_dev_null(workers: list[int]) -> None:
    first, second = (set(_descriptors(pid).values()) for pid in workers)
    assert {path for path in first & second if "[event" not in path} == {"/dev/null"}


def test_every_thread_is_a_nobody_of_its_own_behind_the_filter(workers: list[int]) -> None:
    words = [kernel_word.threads(pid) for pid in workers]
    assert all(len(threads) >= 4 for threads in words)
    uids = [{uid for thread in threads for uid in thread.uids} for threads in words]
    assert [len(its) for its in uids] == [1, 1]
    assert 0 not in uids[0] | uids[1]
    assert uids[0] != uids[1]
    for threads in words:
        assert {(its.seccomp, its.no_new_privileges, its.capabilities) for its in threads} == {
            (2, True, 0)
        }


def test_no_memory_is_shared_that_can_be_written(workers: list[int]) -> None:
    for pid in workers:
        assert not [rights for rights, _ in _mappings(pid) if rights[1] == "w" and rights[3] == "s"]


def test_only_the_compilers_code_can_be_written(workers: list[int]) -> None:
    for pid in workers:
        [size] = [size for rights, size in _mappings(pid) if rights.startswith("rwx")]
        # Once in hundreds of workers it has one of V8's pages less.
        assert size in {CODE_BYTES, CODE_BYTES - V8_PAGE_BYTES}


def test_without_the_compiler_no_code_can_be_written(
    start_daemon: Callable[..., Daemon], tmp_path: Path
) -> None:
    config = tmp_path / "actionsd.toml"
    config.write_text("jitless = true\n")
    for pid in _ready(start_daemon("-c", str(config))):
        assert not [rights for rights, _ in _mappings(pid) if rights.startswith("rwx")]


def _mappings(pid: int) -> list[tuple[str, int]]:
    mappings = []
    for line in Path(f"/proc/{pid}/maps").read_text("ascii").splitlines():
        addresses, rights, *_ = line.split()
        start, end = (int(address, 16) for address in addresses.split("-"))
        mappings.append((rights, end - start))
    return mappings
