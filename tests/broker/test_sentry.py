"""The sentry's looks, with a kernel and connections that say what a test wants."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from actionsd_broker import kernel_word, log, own_memory
from actionsd_broker.connections import Connections
from actionsd_broker.sentry import LOOK_SECONDS, Culprit, Sentry
from actionsd_protocol.errors import FailureKind
from actionsd_protocol.messages import Step

MIB = 2**20
STEP = Step(name="f", script="0" * 32, allowed_to_fail=False, fresh=False, cpu=1.0)


class Kernel(Connections):
    """Says what processes spend, hold and send; notes whose connection is cut."""

    def __init__(self) -> None:
        self.cpu = {71: 0.1, 72: 0.1}
        self.held = {71: 50 * MIB, 72: 50 * MIB}
        self.own = 60 * MIB
        self.asked_for_memory = 0
        self.trims = 0
        self.connected = {71, 72}
        self.busy_sending: list[int] = []
        self.cuts: list[int] = []
        self.strangers = 0

    def cpu_seconds(self, pid: int) -> float:
        if pid not in self.cpu:
            raise ProcessLookupError
        return self.cpu[pid]

    def resident_bytes(self, pid: int) -> int:
        self.asked_for_memory += 1
        return self.held[pid]

    def own_bytes(self) -> int:
        return self.own

    def trim(self) -> None:
        self.trims += 1

    def missing(self, expected: Iterable[int]) -> list[int]:
        return [pid for pid in expected if pid not in self.connected]

    def sending(self) -> list[int]:
        return self.busy_sending

    def cut(self, pid: int) -> None:
        self.cuts.append(pid)


@pytest.fixture
def kernel(monkeypatch: pytest.MonkeyPatch) -> Kernel:
    kernel = Kernel()
    monkeypatch.setattr(kernel_word, "cpu_seconds", kernel.cpu_seconds)
    monkeypatch.setattr(kernel_word, "resident_bytes", kernel.resident_bytes)
    monkeypatch.setattr(own_memory, "resident_bytes", kernel.own_bytes)
    monkeypatch.setattr(own_memory, "trim", kernel.trim)
    return kernel


class Looks:
    """A sentry with two workers, and looks one after the other."""

    def __init__(self, kernel: Kernel) -> None:
        names = {71: "w1", 72: "w2", 73: "w3"}
        self.sentry = Sentry(
            512 * MIB, kernel, worker_of=names.get, waiting_bytes=lambda: self.waiting
        )
        self.waiting = 0
        self._now = 100.0
        self.sentry.rest()
        self.sentry.ready("w1", 71)
        self.sentry.ready("w2", 72)

    def __call__(self, seconds: float = LOOK_SECONDS) -> list[Culprit]:
        self._now += seconds
        return self.sentry.look(self._now)

    def until_somebody(self) -> list[str]:
        for _ in range(100):
            if culprits := self():
                return [culprit.worker for culprit in culprits]
        return []


@pytest.fixture
def look(kernel: Kernel) -> Looks:
    return Looks(kernel)


def test_nobody_is_looked_at_twice_within_a_moment(look: Looks, kernel: Kernel) -> None:
    look()
    kernel.cpu[71] = 9.0
    assert look(LOOK_SECONDS / 2) == []
    assert [culprit.worker for culprit in look()] == ["w1"]


def test_worker_whose_clock_stands_still_is_not_looked_at_further(
    look: Looks, kernel: Kernel
) -> None:
    look()
    asked = kernel.asked_for_memory
    look()
    assert kernel.asked_for_memory == asked


def test_worker_over_a_limit_of_its_job_is_named_with_the_reason(
    look: Looks, kernel: Kernel
) -> None:
    look.sentry.begun("w1", [STEP])
    kernel.cpu[71] += 1.3
    (culprit,) = look()
    assert culprit.worker == "w1"
    assert culprit.breach.kind is FailureKind.CPU_LIMIT


def test_job_that_is_done_is_measured(look: Looks, kernel: Kernel) -> None:
    look.sentry.begun("w1", [STEP])
    kernel.cpu[71] += 0.5
    assert look.sentry.done("w1") == pytest.approx(0.5)


def test_worker_that_ends_during_its_job_is_no_breach(look: Looks, kernel: Kernel) -> None:
    look.sentry.begun("w1", [STEP])
    kernel.cpu[71] += 0.5
    look()
    del kernel.cpu[71]
    assert look() == []
    assert look.sentry.done("w1") == pytest.approx(0.5)


def test_worker_that_is_gone_before_it_is_ready_is_an_error(look: Looks) -> None:
    with pytest.raises(OSError):  # noqa: PT011 - which one is the kernel's business
        look.sentry.ready("w9", 99)


def test_worker_that_lives_on_without_a_connection_is_ended(look: Looks, kernel: Kernel) -> None:
    kernel.connected.remove(72)
    assert look() == []
    assert look.until_somebody() == ["w2"]


def test_worker_that_floods_is_ended_and_what_it_left_is_given_back(
    look: Looks, kernel: Kernel
) -> None:
    kernel.busy_sending = [71]
    culprits: list[Culprit] = []
    for _ in range(3):
        kernel.own += 20 * MIB
        culprits = look()
    assert [culprit.worker for culprit in culprits] == ["w1"]
    assert culprits[0].breach.message == "the worker flooded the broker"
    look.sentry.gone("w1", 71)
    kernel.busy_sending = []
    assert kernel.cuts == [71]
    assert kernel.trims == 0
    for _ in range(20):
        assert look() == []
    assert kernel.trims == 1


def test_worker_that_floods_before_it_is_ready_is_ended_too(look: Looks, kernel: Kernel) -> None:
    kernel.busy_sending = [73]
    assert look.until_somebody() == ["w3"]


def test_messages_that_are_heard_are_no_flood(look: Looks, kernel: Kernel) -> None:
    kernel.busy_sending = [71]
    for _ in range(50):
        kernel.own += 20 * MIB
        assert look() == []
        look.sentry.heard("w1")


def test_worker_with_two_reasons_is_named_once(look: Looks, kernel: Kernel) -> None:
    kernel.connected.remove(71)
    for _ in range(12):
        look()
    kernel.cpu[71] = 9.0
    assert [culprit.worker for culprit in look()] == ["w1"]


@pytest.fixture
def warnings(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    warnings: list[str] = []
    monkeypatch.setattr(log, "warning", lambda name, **_: warnings.append(name))
    return warnings


def test_memory_that_nobody_explains_is_mentioned_once(
    look: Looks, kernel: Kernel, warnings: list[str]
) -> None:
    kernel.own += 100 * MIB
    look.waiting = 50 * MIB
    look()
    assert warnings == []
    look.waiting = 0
    look()
    look()
    assert warnings == ["broker_memory_high"]


def test_strangers_are_mentioned_once_a_second(
    look: Looks, kernel: Kernel, warnings: list[str]
) -> None:
    for _ in range(12):
        kernel.strangers += 100
        look(0.11)
    assert warnings == ["strangers_cut_off"] * 2
