"""Admission, with a supervisor, a sentry and a kernel that say what a test wants."""

from __future__ import annotations

from typing import cast

import pytest

from actionsd_broker import kernel_word
from actionsd_broker.admission import Admission
from actionsd_broker.backend import Started
from actionsd_broker.errors import StartError
from actionsd_broker.proof import REQUIRED, ThreadWord
from actionsd_broker.sentry import Sentry
from actionsd_broker.supervisor import Supervisor
from actionsd_protocol.errors import RemoteProtocolError
from actionsd_protocol.messages import Layer

SEALED = ThreadWord(seccomp=2, no_new_privileges=True, capabilities=0, uids=frozenset({1}))
LAYERS = [Layer(name, on=True, detail="") for name in REQUIRED]
PID = 4711


class Surroundings:
    """Stands in for a supervisor; notes what is asked of it, and of the sentry beside it."""

    def __init__(self) -> None:
        self.killed: list[str] = []
        self.watched: list[int] = []
        self.ready_count = 0
        self.gone = False

    def kill(self, worker: str) -> None:
        self.killed.append(worker)

    def uid(self, _worker: str) -> int:
        return 1

    def worker_of(self, pid: int) -> str | None:
        return "w1-secret" if pid == PID else None

    def ready(self, _worker: str) -> None:
        self.ready_count += 1


class Lookout:
    """Stands in for the sentry."""

    def __init__(self, around: Surroundings) -> None:
        self._around = around

    def ready(self, _worker: str, pid: int) -> None:
        if self._around.gone:
            raise ProcessLookupError
        self._around.watched.append(pid)


@pytest.fixture
def around() -> Surroundings:
    return Surroundings()


@pytest.fixture
def threads(monkeypatch: pytest.MonkeyPatch) -> list[ThreadWord]:
    threads = [SEALED]
    monkeypatch.setattr(kernel_word, "threads", lambda _pid: threads)
    return threads


@pytest.fixture
def admission(around: Surroundings, threads: list[ThreadWord]) -> Admission:
    assert threads
    return admit_as(around, required=True)


def admit_as(around: Surroundings, *, required: bool) -> Admission:
    return Admission(cast("Supervisor", around), cast("Sentry", Lookout(around)), required=required)


def started(pid: int = PID, layers: list[Layer] = LAYERS) -> Started:
    return Started("w1-secret", pid, "14.4", layers)


def test_sealed_worker_is_let_in_and_watched(admission: Admission, around: Surroundings) -> None:
    assert admission.admit(started())
    assert around.watched == [PID]
    assert around.ready_count == 1
    assert (admission.v8, admission.layers, admission.missing) == ("14.4", LAYERS, [])
    admission.check()


def test_worker_that_lies_about_who_it_is_breaks_the_protocol(admission: Admission) -> None:
    with pytest.raises(RemoteProtocolError, match="claims to be pid 1"):
        admission.admit(started(pid=1))


def test_worker_that_the_kernel_contradicts_gets_no_job_where_a_seal_is_required(
    admission: Admission, around: Surroundings, threads: list[ThreadWord]
) -> None:
    threads[:] = [SEALED, SEALED._replace(seccomp=0)]
    assert not admission.admit(started())
    assert around.killed == ["w1-secret"]
    assert around.ready_count == 0
    with pytest.raises(StartError, match="seccomp: the kernel says otherwise"):
        admission.check()


def test_worker_without_a_seal_is_let_in_where_none_is_required(
    around: Surroundings, threads: list[ThreadWord]
) -> None:
    threads[:] = [SEALED._replace(seccomp=0)]
    admission = admit_as(around, required=False)
    assert admission.admit(started())
    assert [layer.name for layer in admission.missing] == ["seccomp"]
    admission.check()


def test_worker_that_ended_before_the_kernel_was_asked_is_no_proof_of_anything(
    admission: Admission, around: Surroundings, threads: list[ThreadWord]
) -> None:
    threads.clear()
    assert not admission.admit(started())
    assert around.killed == []
    admission.check()


def test_worker_that_ended_before_it_was_watched_gets_no_job(
    admission: Admission, around: Surroundings
) -> None:
    around.gone = True
    assert not admission.admit(started())
    assert around.ready_count == 0
    admission.check()


def test_worker_that_proc_does_not_show_is_not_let_in_and_the_daemon_does_not_start(
    admission: Admission, threads: list[ThreadWord], monkeypatch: pytest.MonkeyPatch
) -> None:
    threads.clear()
    monkeypatch.setattr(kernel_word, "hidden", lambda pid: pid == PID)
    assert not admission.admit(started())
    with pytest.raises(StartError, match="ProtectProc=default"):
        admission.check()
