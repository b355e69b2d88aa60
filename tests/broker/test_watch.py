from __future__ import annotations

import pytest

from actionsd_broker.watch import Breach, FloodWatch, HangUps, Watch
from actionsd_protocol.errors import FailureKind
from actionsd_protocol.messages import Step

MIB = 2**20
WALL = 512 * MIB
NEW = 50 * MIB  # what a new worker holds


def step(cpu: float = 1.0, memory: int = 128) -> Step:
    return Step(
        name="f", script="0" * 32, allowed_to_fail=False, fresh=False, cpu=cpu, memory=memory
    )


@pytest.fixture
def watch() -> Watch:
    watch = Watch(WALL)
    watch.ready("w", cpu=0.1, resident=NEW)
    return watch


def kind(breach: Breach | None) -> FailureKind | None:
    return None if breach is None else breach.kind


def test_worker_that_does_nothing_is_left_alone(watch: Watch) -> None:
    assert watch.look("w", 0.1, NEW) is None


def test_new_realm_between_two_jobs_is_no_breach(watch: Watch) -> None:
    assert watch.look("w", 0.6, NEW) is None


def test_work_without_a_job_is_a_breach(watch: Watch) -> None:
    assert watch.look("w", 1.2, NEW) == (
        FailureKind.WORKER_LOST,
        "the worker is busy without a job",
    )


def test_cpu_of_one_idle_time_is_not_held_against_the_next(watch: Watch) -> None:
    for n in range(5):
        watch.begun("w", [step()], n + 0.9)
        watch.done("w", n + 1.0)
        assert watch.look("w", n + 1.9, NEW) is None


def test_job_may_take_the_cpu_of_all_its_actions_and_some(watch: Watch) -> None:
    watch.begun("w", [step(1.0), step(2.0)], cpu=0.1)
    assert watch.look("w", 0.1 + 3.2, NEW) is None
    assert kind(watch.look("w", 0.1 + 3.3, NEW)) is FailureKind.CPU_LIMIT


def test_done_job_costs_what_the_clock_says(watch: Watch) -> None:
    watch.begun("w", [step()], cpu=2.0)
    assert watch.done("w", 2.5) == 0.5


def test_job_may_take_the_memory_of_its_largest_action_and_some(watch: Watch) -> None:
    watch.begun("w", [step(memory=16), step(memory=100)], cpu=0.1)
    assert watch.look("w", 0.2, NEW) is None
    assert watch.look("w", 0.2, NEW + 160 * MIB) is None
    assert kind(watch.look("w", 0.2, NEW + 165 * MIB)) is FailureKind.MEMORY_LIMIT


def test_what_former_jobs_left_is_not_held_against_a_job(watch: Watch) -> None:
    watch.begun("w", [step(memory=16)], cpu=0.1)
    assert watch.look("w", 0.2, NEW + 300 * MIB) is None
    assert watch.look("w", 0.2, NEW + 370 * MIB) is None


def test_wall_is_for_all_that_a_worker_holds(watch: Watch) -> None:
    assert watch.look("w", 0.1, NEW + WALL + 64 * MIB) is None
    assert kind(watch.look("w", 0.1, NEW + WALL + 65 * MIB)) is FailureKind.MEMORY_LIMIT


def test_worker_that_is_gone_may_be_forgotten_twice(watch: Watch) -> None:
    watch.gone("w")
    watch.gone("w")


def test_hang_up_is_punished_when_it_was_not_its_death() -> None:
    hang_ups = HangUps()
    assert hang_ups.look([7], 10.0) == []
    assert hang_ups.look([7], 10.1) == []
    assert hang_ups.look([7, 8], 10.25) == [7]


def test_connection_that_stands_after_all_starts_a_new_count() -> None:
    hang_ups = HangUps()
    hang_ups.look([7], 10.0)
    hang_ups.look([], 10.1)
    assert hang_ups.look([7], 10.3) == []


class Looks:
    """Looks at a broker whose memory grows as told."""

    def __init__(self) -> None:
        self.floods = FloodWatch()
        self._resident = 100 * MIB

    def __call__(self, *sending: int, grown: int = 0) -> list[int]:
        self._resident += grown * MIB
        return self.floods.look(self._resident, sending)


def test_message_on_its_way_for_a_look_or_two_is_no_flood() -> None:
    look = Looks()
    assert look(7, grown=4) == []
    assert look(7, grown=4) == []


def test_endless_message_is_a_flood_at_the_third_look() -> None:
    look = Looks()
    assert [look(7, grown=20) for _ in range(3)] == [[], [], [7]]


def test_what_has_grown_before_a_message_is_not_held_against_it() -> None:
    look = Looks()
    assert look(7, grown=400) == []
    assert look(7, grown=15) == []


def test_slow_flood_adds_up_over_looks_at_which_nothing_was_on_its_way() -> None:
    look = Looks()
    look(7)
    for _ in range(63):
        assert look(grown=1) == []
    assert look(grown=1) == [7]


def test_honest_messages_one_after_the_other_are_no_flood() -> None:
    look = Looks()
    for _ in range(100):
        assert look(7, grown=4) == []
        look.floods.heard(7)


def test_flood_is_not_held_against_who_sends_nothing() -> None:
    look = Looks()
    look(7, 8)
    look.floods.heard(7)
    assert look(8, grown=400) == [8]


def test_message_without_end_is_noticed_though_nothing_grows() -> None:
    look = Looks()
    assert [look(7) for _ in range(20)][-2:] == [[], [7]]


def test_two_who_flood_are_both_named() -> None:
    look = Looks()
    for _ in range(2):
        look(7, 8, grown=30)
    assert sorted(look(7, 8, grown=30)) == [7, 8]


def test_who_is_gone_is_not_named_again() -> None:
    look = Looks()
    for _ in range(3):
        look(7, grown=20)
    look.floods.gone(7)
    assert look(grown=20) == []
