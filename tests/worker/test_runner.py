from __future__ import annotations

import hashlib
import json
import signal
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import pytest

from actionsd_broker.verdict import judge
from actionsd_protocol.errors import RemoteProtocolError
from actionsd_protocol.messages import Answer as CallAnswer
from actionsd_protocol.messages import Assign, Call, Limits, Span, Step
from actionsd_protocol.report import ReportDocument, decode_report
from actionsd_sandbox import deadline
from actionsd_sandbox.isolate import Engine
from actionsd_worker.runner import Runner

TRIGGER = "complement-token/pre-userinfo"
LOG = "urn:zitadel:iam:action:f:log"

GOOD = "const f = (ctx, api) => api.v1.claims.setClaim('good', 1)"
SEES = "const f = (ctx, api) => api.v1.claims.setClaim('seen', Object.keys(ctx.v1.claims))"
LOOP = "function f(ctx, api) { api.v1.claims.setClaim('before', 1); for (;;); }"
THROWS = "function f(ctx, api) { api.v1.claims.setClaim('bad', 1); throw 'no' }"
LOGS = (
    "function f(c, api) { api.v1.claims.appendLogIntoClaims('log'); require('zitadel/log').log(1) }"
)
PATCH = "Array.prototype.first = function () { return this[0] }; " + GOOD
SPOILS = "function f() { Object.defineProperty(globalThis, 'leak', {value: 1}) }"
LEAKS = "const f = (ctx, api) => api.v1.claims.setClaim('leak', typeof leak + typeof [].first)"


def script_id(source: str) -> str:
    return hashlib.blake2s(source.encode(), digest_size=16).hexdigest()


class Answer:
    """A report as the broker reads it."""

    def __init__(self, text: bytes, document: ReportDocument, spans: list[Span]) -> None:
        self.text = text
        self.document = document
        self.spans = spans

    @property
    def actions(self) -> list[str]:
        return [action.outcome for action in self.document.actions]

    @property
    def kinds(self) -> list[str | None]:
        errors = [action.error for action in self.document.actions]
        return [None if error is None else error.kind.value for error in errors]

    @property
    def message(self) -> str:
        return next(a.error.message for a in self.document.actions if a.error is not None)

    @property
    def claims(self) -> dict[str, Any]:
        return {op["key"]: op["value"] for op in json.loads(self.text)["mutations"]}


class Script:
    """The broker's side in a test's hands: jobs in order, then stop."""

    def __init__(self) -> None:
        self.jobs: list[tuple[Assign, bytes]] = []
        self.answers: list[Answer] = []
        self.known: set[str] = set()
        self.calls: list[Call] = []
        self.refusal: Exception | None = None
        self.flushed: list[int] = []  # how many answers there were each time
        self._current: Assign | None = None

    def add(
        self,
        *steps: str | dict[str, Any],
        context: bytes = b"{}",
        forget: tuple[str, ...] = (),
        check: bool = False,
    ) -> None:
        whole = [step if isinstance(step, dict) else {"source": step} for step in steps]
        self.known -= {script_id(source) for source in forget}
        scripts = {script_id(step["source"]): step["source"] for step in whole}
        assign = Assign(
            job=len(self.jobs) + 1,
            trigger=TRIGGER,
            steps=[_step(step) for step in whole],
            scripts={key: source for key, source in scripts.items() if key not in self.known},
            forget=[script_id(source) for source in forget],
            check=check,
        )
        self.known |= scripts.keys()
        self.jobs.append((assign, context))

    def next_job(self) -> tuple[Assign, bytes] | None:
        assert self._current is None, "a job was not answered"
        if not self.jobs:
            return None
        job = self.jobs.pop(0)
        self._current = job[0]
        return job

    @property
    def next_call(self) -> int:
        return len(self.calls) + 1

    def call(self, message: Call, _payload: bytes | None) -> tuple[CallAnswer, bytes]:
        assert self._current is not None, "a call without a job"
        if self.refusal is not None:
            raise self.refusal
        self.calls.append(message)
        document = b'{"count":0,"sequence":0,"timestamp":"","metadata":[]}'
        return CallAnswer(job=message.job, call=message.call), document

    def flush_late(self) -> None:
        pass

    def flush(self) -> None:
        self.flushed.append(len(self.answers))

    def report(self, job: int, costs: list[Span], document: bytes) -> None:
        assert self._current is not None, "a report without a job"
        assert job == self._current.job
        report = decode_report(document)
        judge(self._current.steps, self._current.trigger, report, len(document), costs)
        self.answers.append(Answer(document, report, costs))
        self._current = None


def _step(step: dict[str, Any]) -> Step:
    limits = {name: step[name] for name in Limits.__struct_fields__ if name in step}
    return Step(
        name=step.get("name", "f"),
        script=script_id(step["source"]),
        allowed_to_fail=step.get("tolerated", False),
        fresh=step.get("fresh", False),
        **{"timeout": 10.0, **limits},
    )


@pytest.fixture
def script() -> Script:
    return Script()


@pytest.fixture
def serve(engine: Engine, script: Script) -> Iterator[Callable[[], list[Answer]]]:
    before = signal.getsignal(signal.SIGALRM)

    def serve() -> list[Answer]:
        runner = Runner(engine, script)
        runner.prepare()
        runner.run()
        return script.answers

    yield serve
    signal.setitimer(signal.ITIMER_REAL, 0)
    signal.signal(signal.SIGALRM, before)


Serve = Callable[[], list[Answer]]


ASKS = "const f = () => require('zitadel/metadata/user').get()"
USER = b'{"user": {"id": "u"}}'


@pytest.mark.parametrize("fresh", [(), (0,), (1,), (0, 1, 2)])
def test_call_says_which_action_of_the_job_asks_wherever_it_runs(
    script: Script, serve: Serve, fresh: tuple[int, ...]
) -> None:
    sources = (ASKS, GOOD, ASKS + ";")
    steps = [{"source": text, "fresh": place in fresh} for place, text in enumerate(sources)]
    script.add(*steps, context=USER)
    (answer,) = serve()
    assert answer.actions == ["succeeded"] * 3
    assert [(call.job, call.call, call.step) for call in script.calls] == [(1, 1, 0), (1, 2, 2)]


def test_action_after_one_that_was_cut_off_asks_under_its_own_place(
    script: Script, serve: Serve
) -> None:
    script.add({"source": LOOP, "tolerated": True, "timeout": 0.05}, ASKS, context=USER)
    (answer,) = serve()
    assert answer.actions == ["tolerated", "succeeded"]
    assert [call.step for call in script.calls] == [1]


def test_session_that_breaks_within_a_call_ends_the_worker(script: Script, serve: Serve) -> None:
    script.add(
        f"const f = () => {{ try {{ ({ASKS.partition('=> ')[2]}) }} catch {{}} }}", context=USER
    )
    script.refusal = RemoteProtocolError("gone")
    with pytest.raises(RemoteProtocolError, match="gone"):
        serve()
    assert script.answers == []


def test_stop_ends_the_runner(serve: Serve) -> None:
    assert serve() == []


def test_every_job_is_answered_in_order(script: Script, serve: Serve) -> None:
    for source in (GOOD, THROWS, GOOD):
        script.add(source)
    assert [answer.actions for answer in serve()] == [["succeeded"], ["failed"], ["succeeded"]]


CHAINS: list[tuple[list[str | dict[str, Any]], list[str], dict[str, Any]]] = [
    ([GOOD, SEES], ["succeeded", "succeeded"], {"good": 1, "seen": ["good"]}),
    ([THROWS, GOOD], ["failed", "skipped"], {"bad": 1}),
    (
        [{"source": THROWS, "tolerated": True}, SEES],
        ["tolerated", "succeeded"],
        {"bad": 1, "seen": ["bad"]},
    ),
    (
        [LOGS, SEES],
        ["succeeded", "succeeded"],
        {LOG: ["log"], "seen": [LOG]},
    ),
    ([SPOILS, LEAKS], ["succeeded", "succeeded"], {"leak": "undefinedundefined"}),
    (
        [GOOD, SPOILS, SEES, LEAKS],
        ["succeeded"] * 4,
        {"good": 1, "seen": ["good"], "leak": "undefinedundefined"},
    ),
    (
        [{"source": LOOP, "tolerated": True, "timeout": 0.05}, GOOD, SEES],
        ["tolerated", "succeeded", "succeeded"],
        {"before": 1, "good": 1, "seen": ["before", "good"]},
    ),
    (
        [{"source": LOOP, "timeout": 0.05}, GOOD, SEES],
        ["failed", "skipped", "skipped"],
        {"before": 1},
    ),
    (
        [GOOD, {"source": LOOP, "tolerated": True, "timeout": 0.05}, THROWS, GOOD],
        ["succeeded", "tolerated", "failed", "skipped"],
        {"good": 1, "before": 1, "bad": 1},
    ),
    (
        [{"source": LOOP, "tolerated": True, "timeout": 0.05}] * 3,
        ["tolerated"] * 3,
        {"before": 1, LOG: ['key "before" already exists']},
    ),
]


@pytest.mark.parametrize(("steps", "outcomes", "claims"), CHAINS)
@pytest.mark.parametrize("fresh", ["no", "first", "last", "all"])
def test_chain_comes_to_the_same_wherever_it_runs(
    script: Script, serve: Serve, steps: list[Any], outcomes: list[str], claims: Any, fresh: str
) -> None:
    whole = [step if isinstance(step, dict) else {"source": step} for step in steps]
    chosen = {"no": [], "first": [0], "last": [len(whole) - 1], "all": range(len(whole))}[fresh]
    script.add(*[{**step, "fresh": n in chosen} for n, step in enumerate(whole)])
    script.add(GOOD)
    answer, following = serve()
    assert (answer.actions, answer.claims) == (outcomes, claims)
    assert len(answer.spans) == len([outcome for outcome in outcomes if outcome != "skipped"])
    assert (following.actions, following.claims) == (["succeeded"], {"good": 1})


def test_fresh_step_may_patch_for_itself_alone(script: Script, serve: Serve) -> None:
    script.add({"source": PATCH, "fresh": True}, {"source": LEAKS, "fresh": True})
    script.add({"source": LEAKS, "fresh": True})
    script.add(LEAKS)
    assert [answer.claims["leak"] for answer in serve()] == ["undefinedundefined"] * 3


def test_realm_that_was_spoilt_does_not_serve_the_next_job(script: Script, serve: Serve) -> None:
    script.add(SPOILS)
    script.add(LEAKS, GOOD)
    script.add(LEAKS)
    answers = serve()
    assert [answer.actions for answer in answers] == [
        ["succeeded"],
        ["succeeded"] * 2,
        ["succeeded"],
    ]
    assert [answer.claims.get("leak") for answer in answers[1:]] == ["undefinedundefined"] * 2


@pytest.mark.parametrize(
    "source", [LOOP, "function f() { const p = () => Promise.resolve().then(p); p() }"]
)
def test_timeout_costs_the_realm_but_no_other_job(
    script: Script, serve: Serve, source: str
) -> None:
    script.add(GOOD)
    script.add({"source": source, "timeout": 0.05})
    script.add(GOOD)
    answers = serve()
    assert [answer.kinds for answer in answers] == [[None], ["timeout"], [None]]
    assert answers[2].claims == {"good": 1}


@pytest.mark.parametrize("fresh", [True, False])
def test_logs_come_with_the_report(script: Script, serve: Serve, *, fresh: bool) -> None:
    script.add({"source": LOGS, "fresh": fresh})
    (answer,) = serve()
    lines = [(line.action, line.level, line.message) for line in answer.document.logs]
    assert lines == [("f", "info", "1")]


@pytest.mark.parametrize(
    ("context", "message"),
    [
        (b"\xff", "context: not UTF-8"),
        (b'{"claims":{"a":"\xed\xa0\x80"}}', "context: not UTF-8"),
        (b"{", "context: not JSON"),
        (b'{"usr":1}', 'context: unknown key "usr"'),
    ],
)
@pytest.mark.parametrize("fresh", [True, False])
def test_bad_context_is_refused(
    script: Script, serve: Serve, context: bytes, message: str, *, fresh: bool
) -> None:
    script.add({"source": GOOD, "fresh": fresh}, context=context)
    script.add(GOOD)
    refused, following = serve()
    assert refused.document.error is not None
    assert refused.document.error.kind == "bad_request"
    assert refused.document.error.message.startswith(message)
    assert following.claims == {"good": 1}


@pytest.mark.parametrize("fresh", [True, False])
def test_bad_context_that_a_later_action_finds_is_refused(
    script: Script, serve: Serve, *, fresh: bool
) -> None:
    reads = {"source": "const f = (ctx) => { ctx.v1.getUser() }", "fresh": fresh}
    script.add(GOOD, reads, context=b'{"user":{"id":5}}')
    (answer,) = serve()
    assert answer.document.error is not None
    assert answer.document.error.kind == "bad_request"


@pytest.mark.parametrize("fresh", [True, False])
def test_check_calls_nothing(script: Script, serve: Serve, *, fresh: bool) -> None:
    script.add({"source": THROWS, "fresh": fresh}, GOOD, check=True)
    (answer,) = serve()
    assert (answer.actions, answer.claims) == (["succeeded"] * 2, {})


def test_script_is_sent_once_and_kept(script: Script, serve: Serve) -> None:
    for _ in range(3):
        script.add(GOOD)
    assert [len(assign.scripts) for assign, _ in script.jobs] == [1, 0, 0]
    assert [answer.claims for answer in serve()] == [{"good": 1}] * 3


def test_script_is_kept_when_the_realm_is_not(script: Script, serve: Serve) -> None:
    script.add(GOOD)
    script.add(SPOILS)
    script.add(GOOD)
    script.add({"source": LOOP, "timeout": 0.05})
    script.add(GOOD)
    assert [answer.claims.get("good") for answer in serve()] == [1, None, 1, None, 1]


def test_reports_leave_before_there_is_a_new_realm(script: Script, serve: Serve) -> None:
    script.add(GOOD)
    script.add({"source": GOOD, "fresh": True})
    script.add({"source": LOOP, "timeout": 0.05, "tolerated": True}, GOOD)
    script.add({"source": LOOP, "timeout": 0.05})
    script.add(GOOD)
    serve()
    assert script.flushed == [0, 1, 2, 3, 4]


@pytest.mark.parametrize("between", [{"source": GOOD, "fresh": True}, GOOD, SPOILS])
def test_script_that_was_forgotten_comes_again(script: Script, serve: Serve, between: Any) -> None:
    script.add(SEES)
    script.add(between, forget=(SEES,))
    script.add(SEES)
    assert len(script.jobs[2][0].scripts) == 1
    answers = serve()
    assert [answer.claims.get("seen") for answer in answers] == [[], None, []]


def test_one_script_may_define_two_actions(script: Script, serve: Serve) -> None:
    source = (
        "const set = (k) => (c, a) => a.v1.claims.setClaim(k, 1); const f = set('f'), g = set('g')"
    )
    script.add({"source": source}, {"source": source, "name": "g"})
    script.add({"source": source, "name": "g", "fresh": True})
    assert [answer.claims for answer in serve()] == [{"f": 1, "g": 1}, {"g": 1}]


def test_long_context_and_report_survive(script: Script, serve: Serve) -> None:
    text = "ä😀" * 100_000
    copies = "const f = (ctx, api) => api.v1.claims.setClaim('b', ctx.v1.claims.a)"
    for fresh in (False, True):
        script.add(
            {"source": copies, "fresh": fresh}, context=f'{{"claims":{{"a":"{text}"}}}}'.encode()
        )
    assert [answer.claims for answer in serve()] == [{"b": text}] * 2


def test_timeout_of_a_later_step_is_its_own(script: Script, serve: Serve) -> None:
    script.add({"source": GOOD, "timeout": 20.0}, {"source": LOOP, "timeout": 0.05})
    (answer,) = serve()
    assert answer.kinds == [None, "timeout"]
    assert answer.spans[1].wall_us < 2_500_000  # it would be 5 s if only the first step counted


def test_fault_of_the_service_reaches_the_caller(
    script: Script, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> None:
        raise ConnectionError("gone")

    monkeypatch.setattr(script, "next_job", fail)
    with pytest.raises(ConnectionError, match="gone"):
        serve()


def test_script_that_breaks_the_prelude_fails_and_the_chain_goes_on(
    script: Script, serve: Serve
) -> None:
    breaker = (
        "function f() { Object.defineProperty(Array.prototype, 'join', "
        "{ value() { throw 'mine' }, configurable: false, writable: false }) }"
    )
    script.add({"source": breaker, "fresh": True, "tolerated": True}, GOOD)
    assert serve()[0].actions == ["tolerated", "succeeded"]


CLAIMS = "api.v1.claims.setClaim('before', 1);"
BOMB = f"function f(c, api) {{ {CLAIMS} for (const a = [];;) a.push(new Array(1000).fill(1.5)) }}"
BUFFERS = (
    f"function f(c, api) {{ {CLAIMS} for (const a = [];;) a.push(new Uint8Array(1e6).fill(1)) }}"
)
FLOOD = f"function f(c, api) {{ {CLAIMS} const p = () => Promise.resolve().then(p); p() }}"
AWAITED = FLOOD.replace("function", "async function").replace("; p()", "; await new Promise(p)")
HOARD = FLOOD.replace(
    "const p = () =>", "const a = [], p = () => a.push(new Array(1e4).fill(1)) &&"
)
CLAIM = "api.v1.claims.setClaim('c' + i, i)"  # 51 characters as a mutation
WRITES = f"function f(ctx, api) {{ for (let i = 0; i < 5; i++) {CLAIM} }}"
CATCHES = f"function f(ctx, api) {{ for (let i = 0; i < 5; i++) try {{ {CLAIM} }} catch {{}} }}"
REACTS = f"""function f(c, api) {{
  let i = 0; const p = () => {{ {CLAIM}; if (i++ < 4) Promise.resolve().then(p) }}; p()
}}"""
PUSHES = "function f(c, api) { for (let i = 0; i < 5; i++) LOG }"
SAYS = PUSHES.replace("LOG", "require('zitadel/log').log('line')")
APPENDS = PUSHES.replace("LOG", "api.v1.claims.appendLogIntoClaims('line')")
BEFORE, THREE = {"before": 1}, {"c0": 0, "c1": 1, "c2": 2}


class TooMuch(NamedTuple):
    """An action that takes too much, what it fails with, and the claims that stay."""

    source: str
    limits: dict[str, Any]
    kind: str
    words: str
    kept: dict[str, Any]


@pytest.fixture(autouse=True)
def _long_grace(monkeypatch: pytest.MonkeyPatch) -> None:
    # What is told to end and has no CPU to do so in ends this very process, the tests' own.
    for breach in deadline._GRACES:
        monkeypatch.setitem(deadline._GRACES, breach, deadline.Grace(5.0, 20.0))
    monkeypatch.setattr(deadline, "GRACE_SECONDS", 5.0)


TOO_MUCH = {
    "CPU": TooMuch(LOOP, {"cpu": 0.1}, "cpu_limit", "0.1 s of CPU", BEFORE),
    "CPU at the top level": TooMuch("for (;;);", {"cpu": 0.1}, "cpu_limit", "0.1 s of CPU", {}),
    "CPU of microtasks": TooMuch(FLOOD, {"cpu": 0.1}, "cpu_limit", "0.1 s of CPU", BEFORE),
    "CPU, awaited": TooMuch(AWAITED, {"cpu": 0.1}, "cpu_limit", "0.1 s of CPU", BEFORE),
    "heap": TooMuch(BOMB, {"memory": 32}, "memory_limit", "32 MiB of memory", BEFORE),
    "heap, by microtasks": TooMuch(HOARD, {"memory": 32}, "memory_limit", "32 MiB", BEFORE),
    "buffers": TooMuch(BUFFERS, {"memory": 32}, "memory_limit", "32 MiB of memory", BEFORE),
    "mutations": TooMuch(WRITES, {"mutations": 3}, "output_limit", "than 3 mutations", THREE),
    "mutations, caught": TooMuch(CATCHES, {"mutations": 3}, "output_limit", "than 3 mut", THREE),
    "mutations, later": TooMuch(REACTS, {"mutations": 3}, "output_limit", "than 3 mut", THREE),
    "characters": TooMuch(WRITES, {"output": 203}, "output_limit", "than 203 characters", THREE),
    "log lines": TooMuch(SAYS, {"logs": 4}, "output_limit", "more than 4 log lines", {}),
    "lines of a log claim": TooMuch(APPENDS, {"logs": 4}, "output_limit", "than 4 log lines", {}),
}


@pytest.mark.parametrize("fresh", [True, False])
@pytest.mark.parametrize("case", TOO_MUCH.values(), ids=TOO_MUCH)
def test_what_takes_too_much_fails_alone_and_keeps_what_it_did(
    script: Script, serve: Serve, case: TooMuch, *, fresh: bool
) -> None:
    script.add({"source": case.source, "fresh": fresh, "tolerated": True, **case.limits}, GOOD)
    script.add(GOOD)
    answer, following = serve()
    assert answer.kinds == [case.kind, None]
    assert case.words in answer.message
    assert {**answer.claims, LOG: None} == {**case.kept, "good": 1, LOG: None}
    assert following.claims == {"good": 1}


@pytest.mark.parametrize("fresh", [True, False])
@pytest.mark.parametrize(
    ("source", "limits"),
    [
        ("function f() { const until = Date.now() + 50; while (Date.now() < until); }", {"cpu": 1}),
        ("function f() { f.kept = new Uint8Array(16e6).fill(1) }", {"memory": 32}),
        (WRITES, {"mutations": 5}),
        (REACTS, {"mutations": 5}),
        (WRITES, {"output": 5 * 51}),
        (SAYS, {"logs": 5}),
        (APPENDS, {"logs": 5}),
        (GOOD, {"mutations": 1, "logs": 0}),
        ("function f() {}", {"output": 0, "mutations": 0, "logs": 0}),
    ],
)
def test_what_takes_just_enough_succeeds(
    script: Script, serve: Serve, source: str, limits: dict[str, Any], *, fresh: bool
) -> None:
    script.add({"source": source, "fresh": fresh, **limits})
    assert serve()[0].kinds == [None]
