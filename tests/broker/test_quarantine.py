"""Chains that keep ending workers are refused for a while, and no others."""

from __future__ import annotations

import pytest
from jobs import job

from actionsd_broker.job import Job
from actionsd_broker.plan import make_plan
from actionsd_broker.quarantine import (
    FIRST_SECONDS,
    LONGEST_SECONDS,
    WINDOW_SECONDS,
    Quarantine,
)
from actionsd_protocol.messages import Action


def kill(quarantine: Quarantine, times: int, now: float = 0.0) -> None:
    for number in range(times):
        quarantine.began(job(number))
        quarantine.died(job(number), now)


def refused(quarantine: Quarantine, now: float, which: Job | None = None) -> bool:
    return quarantine.refusal(which or job(99), now) is not None


def test_two_deaths_are_let_pass_and_the_third_is_not() -> None:
    quarantine = Quarantine()
    kill(quarantine, 2)
    assert not refused(quarantine, 0)
    kill(quarantine, 1)
    assert refused(quarantine, FIRST_SECONDS - 0.1)
    assert not refused(quarantine, FIRST_SECONDS)


def test_refusal_says_for_how_long_and_what_to_do() -> None:
    quarantine = Quarantine()
    kill(quarantine, 3)
    message = quarantine.refusal(job(9), 2.5)
    assert message is not None
    assert "not run for another 8 s" in message
    assert "a changed script is run at once" in message


def test_deaths_that_are_far_apart_do_not_add_up() -> None:
    quarantine = Quarantine()
    for at in (0, 40, WINDOW_SECONDS + 1):
        kill(quarantine, 1, at)
    assert not refused(quarantine, WINDOW_SECONDS + 1)
    kill(quarantine, 1, WINDOW_SECONDS + 2)
    assert refused(quarantine, WINDOW_SECONDS + 2)


def test_chain_is_suspect_while_a_death_is_recent_or_it_is_tried_again() -> None:
    quarantine = Quarantine()
    assert not quarantine.suspects(job(1), 0)
    kill(quarantine, 1)
    assert quarantine.suspects(job(1), WINDOW_SECONDS)
    assert not quarantine.suspects(job(1), WINDOW_SECONDS + 1)
    assert not quarantine.suspects(job(1, "another tenant"), 0)
    kill(quarantine, 3, WINDOW_SECONDS + 1)
    assert quarantine.suspects(job(1), 10 * WINDOW_SECONDS)


@pytest.mark.parametrize(
    "other",
    [
        job(9, "another tenant"),
        job(9, plan=make_plan([Action(name="f", script="function f() { changed }")])),
        job(9, plan=make_plan([Action(name="g", script="function f() {}")])),
        Job(9, "t", "another-trigger", job(9).plan, b"{}", False, 0.0),
    ],
)
def test_what_differs_is_not_blamed(other: Job) -> None:
    quarantine = Quarantine()
    kill(quarantine, 3)
    assert refused(quarantine, 1)
    assert not refused(quarantine, 1, other)


def test_same_action_under_another_context_is_blamed() -> None:
    quarantine = Quarantine()
    kill(quarantine, 3)
    assert refused(quarantine, 1, job(9, context=b'{"other": 1}'))


def test_one_job_at_a_time_is_let_through_afterwards() -> None:
    quarantine = Quarantine()
    kill(quarantine, 3)
    quarantine.began(job(4))
    message = quarantine.refusal(job(5), FIRST_SECONDS)
    assert message is not None
    assert "just being tried again" in message


def test_success_of_the_one_let_through_is_the_end_of_it() -> None:
    quarantine = Quarantine()
    kill(quarantine, 3)
    quarantine.began(job(4))
    quarantine.survived(job(4))
    kill(quarantine, 2, FIRST_SECONDS)
    assert not refused(quarantine, FIRST_SECONDS)


def test_success_of_one_that_had_begun_before_proves_nothing() -> None:
    quarantine = Quarantine()
    quarantine.began(job(50))
    kill(quarantine, 3)
    quarantine.survived(job(50))
    assert refused(quarantine, 1)
    quarantine.began(job(4))
    quarantine.survived(job(50))
    assert refused(quarantine, FIRST_SECONDS)


def test_death_of_one_that_had_begun_before_adds_nothing() -> None:
    quarantine = Quarantine()
    kill(quarantine, 3)
    quarantine.died(job(50), 5)
    assert not refused(quarantine, FIRST_SECONDS)


def test_each_death_afterwards_doubles_the_time_up_to_a_limit() -> None:
    quarantine = Quarantine()
    kill(quarantine, 3)
    now, lengths = 0.0, []
    seconds = FIRST_SECONDS
    for _ in range(8):
        assert refused(quarantine, now + seconds - 0.1)
        assert not refused(quarantine, now + seconds)
        lengths.append(seconds)
        now += seconds
        kill(quarantine, 1, now)
        seconds = min(2 * seconds, LONGEST_SECONDS)
    assert lengths == [10, 20, 40, 80, 160, 320, 600, 600]


def test_death_from_outside_leaves_the_way_open_for_another_try() -> None:
    quarantine = Quarantine()
    kill(quarantine, 3)
    quarantine.began(job(4))
    quarantine.spared(job(4))
    assert not refused(quarantine, FIRST_SECONDS)
    assert refused(quarantine, FIRST_SECONDS - 1)


def test_memory_is_bounded_and_forgets_the_oldest_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("actionsd_broker.quarantine.REMEMBERED", 3)
    quarantine = Quarantine()
    kill(quarantine, 3)
    for tenant in ("a", "b"):
        quarantine.died(job(1, tenant), 1)
    assert refused(quarantine, 1)
    quarantine.died(job(1, "c"), 1)
    assert not refused(quarantine, 1)
