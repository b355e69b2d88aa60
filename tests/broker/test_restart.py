"""What deaths mean, and how long replacements wait."""

from __future__ import annotations

import signal

import pytest

from actionsd_broker.restart import (
    EXIT_CPU,
    EXIT_LATE,
    EXIT_MEMORY,
    HOPELESS_FAILURES,
    LONGEST_DELAY_SECONDS,
    Backoff,
    classify,
)
from actionsd_protocol.errors import FailureKind
from actionsd_sandbox import deadline


@pytest.mark.parametrize(
    ("returncode", "kind", "words"),
    [
        (-signal.SIGKILL, FailureKind.WORKER_LOST, "SIGKILL"),
        (-signal.SIGSEGV, FailureKind.WORKER_LOST, "SIGSEGV"),
        (-signal.SIGTRAP, FailureKind.MEMORY_LIMIT, "memory"),
        (-250, FailureKind.WORKER_LOST, "signal 250"),
        (EXIT_LATE, FailureKind.TIMEOUT, "timeout"),
        (EXIT_CPU, FailureKind.CPU_LIMIT, "CPU"),
        (EXIT_MEMORY, FailureKind.MEMORY_LIMIT, "memory"),
        (0, FailureKind.WORKER_LOST, "status 0"),
        (1, FailureKind.WORKER_LOST, "status 1"),
    ],
)
def test_death_is_told_by_its_return_code(returncode: int, kind: FailureKind, words: str) -> None:
    death = classify(returncode)
    assert death.kind is kind
    assert words in death.reason


@pytest.mark.parametrize(
    ("returncode", "culpable"),
    [(-signal.SIGKILL, False), (-signal.SIGTERM, False), (-signal.SIGSEGV, True), (1, True)],
)
def test_death_that_comes_from_outside_is_not_the_jobs_fault(
    returncode: int, culpable: bool
) -> None:
    assert classify(returncode).culpable is culpable


def test_exits_are_the_statuses_that_workers_use() -> None:
    # The broker may not import the sandbox, so the numbers are written down twice.
    theirs = (deadline.EXIT_LATE, deadline.EXIT_CPU, deadline.EXIT_MEMORY)
    assert theirs == (EXIT_LATE, EXIT_CPU, EXIT_MEMORY)


def test_worker_that_died_of_its_job_is_replaced_at_once_every_time() -> None:
    backoff = Backoff()
    assert [backoff.died(with_job=True) for _ in range(50)] == [0.0] * 50
    assert not backoff.hopeless


def test_workers_that_die_without_a_job_are_replaced_later_and_later() -> None:
    backoff = Backoff()
    delays = [backoff.died(with_job=False) for _ in range(10)]
    assert delays[:4] == [0.0, 0.1, 0.2, 0.4]
    assert delays[-1] == LONGEST_DELAY_SECONDS
    assert delays == sorted(delays)


def test_a_crash_loop_is_given_up() -> None:
    backoff = Backoff()
    for _ in range(HOPELESS_FAILURES):
        assert not backoff.hopeless
        backoff.died(with_job=False)
    assert backoff.hopeless


def test_a_worker_that_did_a_job_ends_the_count() -> None:
    backoff = Backoff()
    for _ in range(HOPELESS_FAILURES):
        backoff.died(with_job=False)
    backoff.proved()
    assert not backoff.hopeless
    assert backoff.died(with_job=False) == 0.0
