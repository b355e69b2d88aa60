"""Uids for workers, with the claims that all brokers of the machine see."""

from __future__ import annotations

import errno
import json
import logging
import os
import subprocess
import sys
from collections.abc import Callable, Iterator

import pytest
from daemon import serving, short_directory

from actionsd_broker.uids import RANGE, Uids

_FIRST = 1_000_000 + 10 * os.getpid()
SOME = range(_FIRST, _FIRST + 3)
"""No uids, but names that nobody else claims."""

HOLD = f"""
from actionsd_broker.uids import Uids
uids = Uids({SOME!r})
print([uids.take() for _ in range({len(SOME) - 1})], flush=True)
input()
"""

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root gives out uids")

Hire = Callable[[], Uids]


@pytest.fixture
def hire() -> Iterator[Hire]:
    """What a broker has to give out."""
    brokers: list[Uids] = []

    def make() -> Uids:
        brokers.append(Uids(SOME))
        return brokers[-1]

    yield make
    for broker in brokers:
        for uid in SOME:
            broker.give_back(uid)


@as_root
def test_no_uid_is_given_twice(hire: Hire) -> None:
    uids = hire()
    assert {uids.take() for _ in SOME} == set(SOME)


@as_root
def test_uid_that_was_given_back_is_given_again(hire: Hire) -> None:
    uids = hire()
    given = [uids.take() for _ in SOME]
    uids.give_back(given[1])
    assert uids.take() == given[1]


@as_root
def test_broker_without_a_uid_left_is_told_so(hire: Hire) -> None:
    uids = hire()
    for _ in SOME:
        uids.take()
    with pytest.raises(OSError, match="all 3 uids for workers are in use") as caught:
        uids.take()
    assert caught.value.errno == errno.EAGAIN


@as_root
def test_other_brokers_uids_are_left_to_it_until_it_ends(hire: Hire) -> None:
    program = [sys.executable, "-c", HOLD]
    with subprocess.Popen(program, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        theirs = set(json.loads(other.stdout.readline()))
        ours = hire()
        assert {ours.take()} == set(SOME) - theirs
        other.kill()
    assert {ours.take(), ours.take()} == theirs


@as_root
def test_uid_is_shared_where_somebody_has_claimed_them_all_and_that_is_logged_once(
    hire: Hire, events: list[logging.LogRecord]
) -> None:
    somebody, ours = hire(), hire()
    for _ in SOME:
        somebody.take()
    assert not events
    assert {ours.take() for _ in SOME} == set(SOME)
    assert [event.getMessage() for event in events] == ["uid_shared"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root has uids to give out")
def test_who_is_not_root_gives_out_none(hire: Hire) -> None:
    assert hire().take() is None


@as_root
def test_workers_of_two_daemons_share_no_uid() -> None:
    uids = []
    with (
        short_directory() as here,
        short_directory() as there,
        serving(here) as one,
        serving(there) as other,
    ):
        for daemon in (one, other):
            daemon.wait_line("worker_ready", count=3)  # one to spare
            uids += [worker.uids().real for worker in daemon.workers()]
    assert len(uids) == len(set(uids)) == 6
    assert set(uids) <= set(RANGE)
