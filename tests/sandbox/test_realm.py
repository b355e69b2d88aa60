from __future__ import annotations

import json
import os
import signal
from collections.abc import Iterator
from importlib import resources
from typing import Any

import pytest

from actionsd_sandbox.deadline import DeadlineTimer
from actionsd_sandbox.isolate import Ending, Engine
from actionsd_sandbox.realm import PRELUDE, Delivery, Realm, Work

TIMED_OUT = {"kind": "timeout", "text": "too late"}


@pytest.fixture
def timer() -> Iterator[DeadlineTimer]:
    before = signal.getsignal(signal.SIGALRM)
    yield DeadlineTimer()
    signal.setitimer(signal.ITIMER_REAL, 0)
    signal.signal(signal.SIGALRM, before)


def work(*sources: str, seconds: float = 10.0) -> Work:
    steps = [
        {
            "name": "f",
            "key": f"{number:x}",
            "script_ms": seconds * 1000,
            "timeout_ms": seconds * 1000,
            "tolerated": False,
        }
        for number in range(len(sources))
    ]
    head = {
        "trigger": "complement-token/pre-userinfo",
        "check": False,
        "steps": steps,
        "forget": [step["key"] for step in steps],
        "state": None,
        "partial": False,
        "sources": {f"{number:x}": source for number, source in enumerate(sources)},
        "output_limit": 1 << 24,
    }
    return Work(json.dumps(head).encode(), b"{}", seconds)


class Desk:
    """Hands out works, keeps what comes back."""

    def __init__(self, *works: Work) -> None:
        self.works = list(works)
        self.deliveries: list[Delivery | None] = []

    def exchange(self, delivery: Delivery | None) -> Work | None:
        self.deliveries.append(delivery)
        return self.works.pop(0) if self.works else None

    def reports(self) -> list[Any]:
        return [json.loads(d.report) for d in self.deliveries if d is not None]


CLAIM = "const f = (ctx, api) => api.v1.claims.setClaim('a', 1)"
LOOP = "function f(ctx, api) { api.v1.claims.setClaim('before', 1); for (;;); }"


def test_job_after_job_is_served_in_one_evaluation(engine: Engine, timer: DeadlineTimer) -> None:
    desk = Desk(work(CLAIM), work(CLAIM), work(CLAIM))
    with Realm(engine, timer, desk.exchange, hardened=True) as realm:
        assert realm.serve() == (Ending.RETURNED, "left")
    assert [len(report["mutations"]) for report in desk.reports()] == [1, 1, 1]


@pytest.mark.parametrize(
    "source",
    [
        "function f() { BUSY leak = 1 }",
        "function f() { Promise.resolve().then(() => { BUSY leak = 1 }) }",
    ],
)
def test_long_run_is_swept_up_after_before_it_is_over(
    engine: Engine, timer: DeadlineTimer, source: str
) -> None:
    # The next one has not begun yet: it does not pay for what this one left.
    busy = "for (let i = 0, until = Date.now() + 100; Date.now() < until; i++);"
    desk = Desk(work(source.replace("BUSY", busy)))
    with Realm(engine, timer, desk.exchange, hardened=True) as realm:
        realm.serve()
        assert realm._isolate.evaluate("typeof leak").text == "undefined"
    assert len(desk.reports()) == 1


def test_pending_delivery_is_handed_over_first(engine: Engine, timer: DeadlineTimer) -> None:
    desk, pending = Desk(), Delivery(b"{}", [])
    with Realm(engine, timer, desk.exchange, hardened=True) as realm:
        realm.serve(pending)
    assert desk.deliveries == [pending]


def test_throw_is_resumed_from_its_account(engine: Engine, timer: DeadlineTimer) -> None:
    desk = Desk(work("function f() { throw 'no' }", CLAIM), work(CLAIM))
    with Realm(engine, timer, desk.exchange, hardened=True) as realm:
        completion = realm.serve()
        assert completion.ending is Ending.THREW
        assert realm.resume(completion.text).text == "left"
    outcomes = [[a["outcome"] for a in report["actions"]] for report in desk.reports()]
    assert outcomes == [["failed", "skipped"], ["succeeded"]]


def test_cancelled_run_is_collected_with_its_cost(engine: Engine, timer: DeadlineTimer) -> None:
    desk = Desk(work(CLAIM, LOOP, CLAIM, seconds=0.05))
    with Realm(engine, timer, desk.exchange, hardened=True) as realm:
        assert realm.serve().ending is Ending.TERMINATED
        signal.setitimer(signal.ITIMER_REAL, 0)
        delivery = realm.collect(TIMED_OUT)
    report = json.loads(delivery.report)
    assert [action["outcome"] for action in report["actions"]] == ["succeeded", "failed"]
    assert report["state"]["claims"] == [["a", "1"], ["before", "1"]]
    assert len(delivery.costs) == 2
    assert delivery.costs[1].wall >= 40_000_000


def test_grace_of_a_run_that_was_cancelled_does_not_end_the_process(
    engine: Engine, timer: DeadlineTimer, monkeypatch: pytest.MonkeyPatch
) -> None:
    exits: list[int] = []
    monkeypatch.setattr(os, "_exit", exits.append)
    desk = Desk(work(LOOP, seconds=0.05))
    with Realm(engine, timer, desk.exchange, hardened=True) as realm:
        realm.serve()
        signal.setitimer(signal.ITIMER_REAL, 0)
        realm.collect(TIMED_OUT)
        timer._fired(signal.SIGALRM, None)  # the grace is over, the run was over long before
    assert exits == []


def test_timer_survives_the_realm_that_it_watched(engine: Engine, timer: DeadlineTimer) -> None:
    desk = Desk(work(LOOP, seconds=0.05))
    with Realm(engine, timer, desk.exchange, hardened=True) as realm:
        realm.serve()
        signal.setitimer(signal.ITIMER_REAL, 0)
        realm.collect(TIMED_OUT)
    timer._fired(signal.SIGALRM, None)  # as when the next realm takes long to stand


def test_report_that_was_cut_off_is_collected_whole(engine: Engine, timer: DeadlineTimer) -> None:
    class Cut(Realm):
        """Cancels the run when the first part of its report has been sent."""

        cut = False

        def _send(self) -> None:
            super()._send()
            if not self.cut:
                self._isolate.cancel()
            self.cut = True

    long = "const f = (ctx, api) => api.v1.claims.setClaim('a', 'x'.repeat(4e5))"
    with Cut(engine, timer, Desk(work(long)).exchange, hardened=True) as realm:
        assert realm.serve().ending is Ending.TERMINATED
        delivery = realm.collect(None)
    assert len(json.loads(delivery.report)["mutations"][0]["value"]) == 400_000


def test_costs_are_of_each_action(engine: Engine, timer: DeadlineTimer) -> None:
    busy = "function f() { const until = Date.now() + 20; while (Date.now() < until); }"
    desk = Desk(work(CLAIM, busy))
    with Realm(engine, timer, desk.exchange, hardened=True) as realm:
        realm.serve()
    delivery = desk.deliveries[-1]
    assert delivery is not None
    assert len(delivery.costs) == 2
    assert delivery.costs[1].wall >= 19_000_000
    assert delivery.costs[1].cpu > 0


def test_forgotten_script_is_compiled_anew(engine: Engine, timer: DeadlineTimer) -> None:
    desk = Desk(work(CLAIM), work(CLAIM.replace("'a'", "'b'")))
    with Realm(engine, timer, desk.exchange, hardened=True) as realm:
        realm.serve()
    assert [report["mutations"][0]["key"] for report in desk.reports()] == ["a", "b"]


@pytest.mark.parametrize("name", PRELUDE)
def test_prelude_file_is_there(name: str) -> None:
    assert resources.files("actionsd_sandbox").joinpath("js", name).is_file()


def test_prelude_lists_every_file() -> None:
    folder = resources.files("actionsd_sandbox").joinpath("js")
    assert {file.name for file in folder.iterdir()} == set(PRELUDE)
