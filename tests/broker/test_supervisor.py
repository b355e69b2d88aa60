"""Worker processes, real ones: started, reaped, and what is said of their ends."""

from __future__ import annotations

import select
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from actionsd_broker.supervisor import Exit, Quarters, Supervisor, short, traceback_places


@pytest.fixture
def supervisor(short_path: Path) -> Iterator[Supervisor]:
    empty = short_path / "empty"
    empty.mkdir()
    supervisor = Supervisor(2, Quarters(str(short_path / "w"), str(empty), memory_mib=256))
    yield supervisor
    supervisor.close()


def wait_exits(supervisor: Supervisor, count: int) -> list[Exit]:
    exits: list[Exit] = []
    poller = select.poll()
    poller.register(supervisor.epoll.fileno(), select.POLLIN)
    while len(exits) < count:
        assert poller.poll(30_000), "no worker ended"
        exits += supervisor.reap()
    return exits


def hear(supervisor: Supervisor, until: Callable[[], bool]) -> None:
    """Have the supervisor hear of births and deaths in passing, until a condition holds."""
    give_up_at = time.monotonic() + 30
    while not until():
        assert time.monotonic() < give_up_at
        assert supervisor.worker_of(1) is None
        time.sleep(0.002)


def test_as_many_workers_start_as_were_asked_for(supervisor: Supervisor) -> None:
    assert len(supervisor.start_due(time.monotonic())) == 2
    assert supervisor.start_due(time.monotonic()) == []
    assert len(supervisor.alive) == 2


def test_killed_worker_is_reaped_with_its_cause(supervisor: Supervisor) -> None:
    worker = supervisor.start_due(time.monotonic())[0]
    supervisor.kill(worker)
    exits = wait_exits(supervisor, 1)
    assert exits[0].worker == worker
    assert "SIGKILL" in exits[0].cause.reason


def test_worker_of_a_job_is_replaced_at_once(supervisor: Supervisor) -> None:
    worker = supervisor.start_due(0.0)[0]
    supervisor.kill(worker)
    supervisor.replace(wait_exits(supervisor, 1)[0], with_job=True, now=5.0)
    assert len(supervisor.start_due(5.0)) == 1


def test_retired_workers_are_replaced_at_once_every_time(supervisor: Supervisor) -> None:
    supervisor.start_due(0.0)
    for _ in range(3):
        supervisor.retire(supervisor.alive[0], now=5.0)
        assert len(supervisor.start_due(5.0)) == 1
        exit_ = wait_exits(supervisor, 1)[0]
        supervisor.replace(exit_, with_job=False, now=5.0)
        assert supervisor.start_due(6.0) == []


def test_stopped_supervisor_starts_nobody(supervisor: Supervisor) -> None:
    supervisor.stop()
    assert supervisor.start_due(0.0) == []


def test_worker_that_is_not_ready_in_time_is_killed(supervisor: Supervisor) -> None:
    started = supervisor.start_due(0.0)
    supervisor.kill_unready(10.0)
    supervisor.kill_unready(31.0)
    assert {exit_.worker for exit_ in wait_exits(supervisor, 2)} == set(started)


def test_stranger_is_not_taken_for_a_worker(supervisor: Supervisor) -> None:
    worker = supervisor.start_due(0.0)[0]
    assert supervisor.worker_of(1) is None
    hear(supervisor, lambda: supervisor.pid(worker) is not None)
    assert supervisor.worker_of(supervisor.pid(worker) or 0) == worker
    assert supervisor.ready_count == 0
    supervisor.ready(worker)
    assert supervisor.ready_count == 1


def test_end_that_was_heard_of_in_passing_is_still_to_be_reaped(supervisor: Supervisor) -> None:
    worker = supervisor.start_due(0.0)[0]
    assert not supervisor.stirs(())
    supervisor.kill(worker)
    hear(supervisor, lambda: worker not in supervisor.alive)
    assert supervisor.stirs(())
    assert supervisor.next_deadline() == 0.0
    assert [exit_.worker for exit_ in supervisor.reap()] == [worker]
    assert not supervisor.stirs(())


def test_worker_knows_nothing_of_the_environment(
    supervisor: Supervisor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECRET_TOKEN", "hunter2")
    supervisor.start_due(0.0)
    children = psutil.Process().children()
    assert children
    for child in children:
        assert "SECRET_TOKEN" not in child.environ()


def test_secret_half_of_a_name_is_not_for_logs() -> None:
    assert short("w12-abcdef") == "w12"


def test_traceback_is_told_without_its_message() -> None:
    words = 'Traceback\n  File "/x/a.py", line 3, in f\n  File "/x/b.py", line 7\nValueError: pw'
    assert traceback_places(words) == "b.py line 7 < a.py line 3"


def test_more_workers_start_at_once(supervisor: Supervisor) -> None:
    supervisor.start_due(0.0)
    supervisor.scale(3, 5.0)
    assert supervisor.next_deadline() == 5.0
    assert len(supervisor.start_due(5.0)) == 1
    assert len(supervisor.staff()) == 3


def test_retired_worker_is_not_replaced_where_there_are_to_be_fewer(
    supervisor: Supervisor,
) -> None:
    first, second = supervisor.start_due(0.0)
    supervisor.scale(1, 5.0)
    supervisor.retire(first, now=5.0)
    assert supervisor.start_due(6.0) == []
    supervisor.retire(second, now=6.0)
    assert len(supervisor.start_due(6.0)) == 1


def test_worker_that_dies_is_not_replaced_where_there_are_to_be_fewer(
    supervisor: Supervisor,
) -> None:
    first, _ = supervisor.start_due(0.0)
    supervisor.scale(1, 5.0)
    supervisor.kill(first)
    supervisor.replace(wait_exits(supervisor, 1)[0], with_job=True, now=5.0)
    assert supervisor.start_due(6.0) == []


def test_workers_that_were_not_started_yet_are_given_up_first(supervisor: Supervisor) -> None:
    supervisor.scale(1, 0.0)
    assert len(supervisor.start_due(0.0)) == 1
    supervisor.scale(2, 0.0)
    assert len(supervisor.start_due(0.0)) == 1
