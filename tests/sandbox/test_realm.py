from __future__ import annotations

import json
import os
import resource
import signal
import threading
import time
from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from typing import Any

import pytest

from actionsd_sandbox.deadline import DeadlineTimer
from actionsd_sandbox.isolate import EXIT_FAULT, Ending, Engine
from actionsd_sandbox.meter import UNLIMITED, Allowance, Breach
from actionsd_sandbox.realm import PRELUDE, Delivery, Realm, Work

USERINFO = "complement-token/pre-userinfo"
TIMED_OUT = {"kind": "timeout", "text": "too late"}


@pytest.fixture
def timer() -> Iterator[DeadlineTimer]:
    before = signal.getsignal(signal.SIGALRM)
    yield DeadlineTimer()
    signal.setitimer(signal.ITIMER_REAL, 0)
    signal.signal(signal.SIGALRM, before)


def work(*sources: str, seconds: float = 10.0, trigger: str = USERINFO) -> Work:
    steps = [
        {
            "name": "f",
            "key": f"{number:x}",
            "script_ms": seconds * 1000,
            "timeout_ms": seconds * 1000,
            "memory": 128,
            "output": 1 << 24,
            "mutations": 1000,
            "logs": 1000,
            "tolerated": False,
        }
        for number in range(len(sources))
    ]
    head = {
        "trigger": trigger,
        "check": False,
        "steps": steps,
        "forget": [step["key"] for step in steps],
        "state": None,
        "partial": False,
        "sources": {f"{number:x}": source for number, source in enumerate(sources)},
        "report_limit": 1 << 24,
    }
    return Work(json.dumps(head).encode(), b"{}", seconds, (UNLIMITED,) * len(sources))


def refuse_call(_request: bytes) -> bytes:
    return b'{"failure":{"kind":"internal","message":"nobody is there"}}'


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
    with Realm(engine, timer, desk.exchange, refuse_call, hardened=True) as realm:
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
    with Realm(engine, timer, desk.exchange, refuse_call, hardened=True) as realm:
        realm.serve()
        assert realm._isolate.evaluate("typeof leak").text == "undefined"
    assert len(desk.reports()) == 1


def test_pending_delivery_is_handed_over_first(engine: Engine, timer: DeadlineTimer) -> None:
    desk, pending = Desk(), Delivery(b"{}", [])
    with Realm(engine, timer, desk.exchange, refuse_call, hardened=True) as realm:
        realm.serve(pending)
    assert desk.deliveries == [pending]


def test_throw_is_resumed_from_its_account(engine: Engine, timer: DeadlineTimer) -> None:
    desk = Desk(work("function f() { throw 'no' }", CLAIM), work(CLAIM))
    with Realm(engine, timer, desk.exchange, refuse_call, hardened=True) as realm:
        completion = realm.serve()
        assert completion.ending is Ending.THREW
        assert realm.resume(completion.text).text == "left"
    outcomes = [[a["outcome"] for a in report["actions"]] for report in desk.reports()]
    assert outcomes == [["failed", "skipped"], ["succeeded"]]


def test_request_to_end_that_came_with_the_throw_keeps_its_reason(
    engine: Engine, timer: DeadlineTimer
) -> None:
    desk = Desk(work("function f() { throw 'no' }"))
    with Realm(engine, timer, desk.exchange, refuse_call, hardened=True) as realm:
        account = realm.serve().text
        realm.breach = Breach.MEMORY  # as the timer would have it
        realm._isolate.cancel()
        assert realm.resume(account).ending is Ending.TERMINATED
        assert realm.breach is Breach.MEMORY


def test_cancelled_run_is_collected_with_its_cost(engine: Engine, timer: DeadlineTimer) -> None:
    desk = Desk(work(CLAIM, LOOP, CLAIM, seconds=0.05))
    with Realm(engine, timer, desk.exchange, refuse_call, hardened=True) as realm:
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
    with Realm(engine, timer, desk.exchange, refuse_call, hardened=True) as realm:
        realm.serve()
        signal.setitimer(signal.ITIMER_REAL, 0)
        realm.collect(TIMED_OUT)
        timer._fired(signal.SIGALRM, None)  # the grace is over, the run was over long before
    assert exits == []


def test_timer_survives_the_realm_that_it_watched(engine: Engine, timer: DeadlineTimer) -> None:
    desk = Desk(work(LOOP, seconds=0.05))
    with Realm(engine, timer, desk.exchange, refuse_call, hardened=True) as realm:
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
    with Cut(engine, timer, Desk(work(long)).exchange, refuse_call, hardened=True) as realm:
        assert realm.serve().ending is Ending.TERMINATED
        delivery = realm.collect(None)
    assert len(json.loads(delivery.report)["mutations"][0]["value"]) == 400_000


@pytest.mark.parametrize(
    ("allowance", "breach"),
    [
        (Allowance(0.05, 2**40), Breach.CPU),
        (Allowance(100.0, 32 * 2**20), Breach.MEMORY),
        (Allowance(100.0, 2**40), Breach.TIMEOUT),
    ],
)
def test_breach_is_told_with_whose_it_is(
    engine: Engine, timer: DeadlineTimer, allowance: Allowance, breach: Breach
) -> None:
    hoards = (
        "function f() { const a = []; for (;;) a.length < 1e5 && a.push(new Array(1e3).fill(1)) }"
    )
    works = work(CLAIM, hoards, CLAIM, seconds=3.0)
    works = works._replace(allowances=(UNLIMITED, allowance, UNLIMITED))
    with Realm(engine, timer, Desk(works).exchange, refuse_call, hardened=True) as realm:
        assert realm.serve().ending is Ending.TERMINATED
        signal.setitimer(signal.ITIMER_REAL, 0)
        assert (realm.breach, realm.finished) == (breach, 1)
        outcomes = json.loads(realm.collect(TIMED_OUT).report)["actions"]
    assert [action["outcome"] for action in outcomes] == ["succeeded", "failed"]


@pytest.mark.parametrize("getter", ["for (;;);", "throw 1", "f()"])
def test_what_a_cancelled_action_left_cannot_keep_it_alive(
    engine: Engine, timer: DeadlineTimer, getter: str
) -> None:
    script = f"""function f(c, api) {{
      api.metadata.push({{ key: 'a', value: 1 }}, {{ get key() {{ {getter} }} }});
      for (;;);
    }}"""
    trigger = "internal-authentication/post-authentication"
    desk = Desk(work(script, seconds=0.05, trigger=trigger))
    with Realm(engine, timer, desk.exchange, refuse_call, hardened=True) as realm:
        assert realm.serve().ending is Ending.TERMINATED
        report = json.loads(realm.collect(TIMED_OUT).report)
        signal.setitimer(signal.ITIMER_REAL, 0)
    assert [action["error"]["kind"] for action in report["actions"]] == ["timeout"]
    assert [mutation["key"] for mutation in report["mutations"]] == ["a"]


def test_litter_of_an_action_is_not_the_next_ones(engine: Engine, timer: DeadlineTimer) -> None:
    litters = "function f() { for (let i = 0; i < 4; i++) new Array(3e6).fill(1.5) }"
    spends = "function f() { for (const end = Date.now() + 100; Date.now() < end;); }"
    works = work(litters, spends)._replace(allowances=(UNLIMITED, Allowance(100.0, 16 * 2**20)))
    desk = Desk(works, works)
    with Realm(engine, timer, desk.exchange, refuse_call, hardened=True) as realm:
        assert realm.serve().text == "left"
    outcomes = [[a["outcome"] for a in report["actions"]] for report in desk.reports()]
    assert outcomes == [["succeeded"] * 2] * 2


def test_litter_does_not_pile_up_from_job_to_job(engine: Engine, timer: DeadlineTimer) -> None:
    def taken() -> int:
        return int(Path("/proc/self/statm").read_text().split()[5]) * resource.getpagesize()

    class Scales(Desk):
        """Notes what this process has when a job is handed over."""

        def exchange(self, delivery: Delivery | None) -> Work | None:
            weights.append(taken())
            return super().exchange(delivery)

    weights: list[int] = []
    litters = (
        "function f() { all = []; for (let i = 0; i < 60; i++) all.push(Array(2e5).fill(1.5)) }"
    )
    desk = Scales(*[work(litters) for _ in range(6)])
    with Realm(engine, timer, desk.exchange, refuse_call, hardened=True) as realm:
        realm.serve()
    assert max(weights) - weights[0] < 160 * 2**20  # each makes 100 MB


def test_costs_are_of_each_action(engine: Engine, timer: DeadlineTimer) -> None:
    busy = "function f() { const until = Date.now() + 20; while (Date.now() < until); }"
    desk = Desk(work(CLAIM, busy))
    with Realm(engine, timer, desk.exchange, refuse_call, hardened=True) as realm:
        realm.serve()
    delivery = desk.deliveries[-1]
    assert delivery is not None
    assert len(delivery.costs) == 2
    assert delivery.costs[1].wall >= 19_000_000
    assert delivery.costs[1].cpu > 0


def test_forgotten_script_is_compiled_anew(engine: Engine, timer: DeadlineTimer) -> None:
    desk = Desk(work(CLAIM), work(CLAIM.replace("'a'", "'b'")))
    with Realm(engine, timer, desk.exchange, refuse_call, hardened=True) as realm:
        realm.serve()
    assert [report["mutations"][0]["key"] for report in desk.reports()] == ["a", "b"]


@pytest.mark.parametrize("name", PRELUDE)
def test_prelude_file_is_there(name: str) -> None:
    assert resources.files("actionsd_sandbox").joinpath("js", name).is_file()


def test_prelude_lists_every_file() -> None:
    folder = resources.files("actionsd_sandbox").joinpath("js")
    assert {file.name for file in folder.iterdir()} == set(PRELUDE)


TRAP = """function f(ctx, api) {
    api.userGrants.push({projectID: 'before'});
    api.userGrants.push({get projectID() { TRAP }});
    for (;;);
}"""


@pytest.mark.parametrize("trap", ["throw 'no'", "for (;;);"])
def test_trap_in_what_a_cancelled_run_left_is_not_read_twice(
    engine: Engine, timer: DeadlineTimer, trap: str
) -> None:
    job = work(TRAP.replace("TRAP", trap), seconds=0.05)
    head = {**json.loads(job.head), "trigger": "internal-authentication/post-creation"}
    desk = Desk(job._replace(head=json.dumps(head).encode()))
    with Realm(engine, timer, desk.exchange, refuse_call, hardened=True) as realm:
        assert realm.serve().ending is Ending.TERMINATED
        delivery = realm.collect(TIMED_OUT)
    report = json.loads(delivery.report)
    assert [mutation["projectId"] for mutation in report["mutations"]] == ["before"]
    assert report["actions"][0]["error"]["kind"] == "timeout"
    assert len(delivery.costs) == 1


FETCH = "function f() { require('zitadel/http').fetch('u') }"
FETCHED = b'{"document":{"status":200,"headers":[],"body":""}}'


class SlowBroker:
    """Answers when the clock has told the script to end, and not before."""

    def __init__(self, timer: DeadlineTimer) -> None:
        self._timer = timer
        self.requests: list[Any] = []

    def call(self, request: bytes) -> bytes:
        self.requests.append(json.loads(request))
        while self._timer.breach is None:
            threading.Event().wait(0.001)
        return FETCHED


@pytest.mark.parametrize(
    "script",
    [
        FETCH,
        FETCH.replace("f()", "f(ctx, api)").replace("{", "{ try {", 1) + " finally { for (;;); } }",
        "async " + FETCH,
        "function f() { Promise.resolve().then(FETCH) }".replace("FETCH", f"({FETCH})"),
    ],
)
def test_call_that_outlasts_its_action_ends_it(
    engine: Engine, timer: DeadlineTimer, script: str
) -> None:
    slow = SlowBroker(timer)
    with Realm(
        engine, timer, Desk(work(script, seconds=0.1)).exchange, slow.call, hardened=True
    ) as realm:
        assert realm.serve().ending is Ending.TERMINATED
        assert (realm.breach, realm.finished) == (Breach.TIMEOUT, 0)
        report = json.loads(realm.collect(TIMED_OUT).report)
        signal.setitimer(signal.ITIMER_REAL, 0)
        realm._exchange_with = (desk := Desk(work(CLAIM))).exchange
        assert realm.serve().text == "left"
    assert [action["error"]["kind"] for action in report["actions"]] == ["timeout"]
    assert [request["seconds"] <= 0.1 for request in slow.requests] == [True]
    assert [len(each["mutations"]) for each in desk.reports()] == [1]


def test_microtasks_of_who_was_told_to_end_ask_nothing(
    engine: Engine, timer: DeadlineTimer
) -> None:
    script = """function f() {
        const later = () => require('zitadel/http').fetch('u');
        for (let i = 0; i < 99; i++) Promise.resolve().then(later);
        for (;;);
    }"""
    asked: list[bytes] = []

    def call(request: bytes) -> bytes:
        asked.append(request)
        return FETCHED

    with Realm(
        engine, timer, Desk(work(script, seconds=0.05)).exchange, call, hardened=True
    ) as realm:
        assert realm.serve().ending is Ending.TERMINATED
        signal.setitimer(signal.ITIMER_REAL, 0)
    assert asked == []


def test_call_leaves_the_deadline_alone(engine: Engine, timer: DeadlineTimer) -> None:
    seen: list[float] = []

    def call(_request: bytes) -> bytes:
        seen.append(realm._mailbox.deadline_ms)
        return FETCHED

    begun = time.time()
    twice = "function f() { for (const url of 'ab') require('zitadel/http').fetch(url) }"
    with Realm(engine, timer, Desk(work(twice, twice)).exchange, call, hardened=True) as realm:
        assert realm.serve().text == "left"
    assert seen[0] == seen[1] <= seen[2] == seen[3]
    assert all(begun + 10 <= each / 1000 <= time.time() + 10 for each in seen)


def test_time_that_is_left_goes_down(engine: Engine, timer: DeadlineTimer) -> None:
    left: list[float] = []

    def call(request: bytes) -> bytes:
        left.append(json.loads(request)["seconds"])
        return FETCHED

    script = """function f() {
        const { fetch } = require('zitadel/http');
        fetch('u');
        for (const end = Date.now() + 20; Date.now() < end;);
        fetch('u');
    }"""
    with Realm(engine, timer, Desk(work(script)).exchange, call, hardened=True) as realm:
        realm.serve()
    assert 10 >= left[0] >= left[1] + 0.02 > 0


def test_call_that_raises_ends_the_process(in_process: Any) -> None:
    ended = in_process("""
import json
from actionsd_sandbox.deadline import DeadlineTimer
from actionsd_sandbox.isolate import Engine
from actionsd_sandbox.realm import Realm
realm = Realm(Engine(), DeadlineTimer(), lambda _: None, lambda _: 1 / 0, hardened=True)
realm._isolate.evaluate(f"{realm._kernel}.call('{{}}')")
""")
    assert ended.returncode == EXIT_FAULT
    assert "ZeroDivisionError" in ended.stderr
