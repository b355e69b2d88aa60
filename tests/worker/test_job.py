from __future__ import annotations

import json
from typing import Any

import pytest
from msgspec import Raw

from actionsd_protocol.errors import RemoteProtocolError
from actionsd_protocol.frames import MAX_PAYLOAD_BYTES
from actionsd_protocol.messages import MAX_ACTIONS, SCRIPT_SECONDS, Assign, Span, Step
from actionsd_protocol.report import decode_report
from actionsd_sandbox.meter import Allowance, Breach
from actionsd_sandbox.realm import Cost, Delivery
from actionsd_worker import job as jobs
from actionsd_worker.job import Partial

A, B = "a" * 32, "b" * 32


def step(name: str = "f", script: str = A, *, tolerated: bool = False, **limits: Any) -> Step:
    return Step(name=name, script=script, allowed_to_fail=tolerated, fresh=False, **limits)


def assign(*steps: Step) -> Assign:
    trigger = "complement-token/pre-userinfo"
    return Assign(job=1, trigger=trigger, steps=list(steps), scripts={}, forget=[], check=False)


def head(work: Any) -> Any:
    return json.loads(work.head)


def test_key_is_of_the_script_and_the_name() -> None:
    keys = {jobs.script_key(step(name, script)) for name in ("f", "g") for script in (A, B)}
    assert len(keys) == 4
    assert jobs.script_key(step("f", A)).startswith(A)


def test_key_is_hexadecimal_for_any_name() -> None:
    assert int(jobs.script_key(step("zweite·ä😀")), 16)


def test_whole_job_has_every_step() -> None:
    work = jobs.Heads().make_work(assign(step("f"), step("g", B)), b"{}", {"k": "source"}, ["old"])
    document = head(work)
    assert [s["name"] for s in document["steps"]] == ["f", "g"]
    assert (document["sources"], document["forget"]) == ({"k": "source"}, ["old"])
    assert (document["check"], document["report_limit"]) == (False, MAX_PAYLOAD_BYTES)
    assert work.context == b"{}"


def test_part_has_one_step_and_the_state() -> None:
    work = jobs.make_part(assign(step("f"), step("g", B)), 1, b"{}", "source", {"n": 1})
    document = head(work)
    assert [s["name"] for s in document["steps"]] == ["g"]
    assert document["sources"] == {jobs.script_key(step("g", B)): "source"}
    assert (document["state"], document["partial"]) == ({"n": 1}, True)


@pytest.mark.parametrize(
    ("timeout", "script_ms", "timeout_ms"),
    [(20.0, 5000, 20_000), (5.0, 5000, 5000), (0.5, 500, 500)],
)
def test_top_level_has_its_own_limit(timeout: float, script_ms: float, timeout_ms: float) -> None:
    work = jobs.Heads().make_work(assign(step(timeout=timeout)), b"{}", {}, [])
    (document,) = head(work)["steps"]
    assert (document["script_ms"], document["timeout_ms"]) == (script_ms, timeout_ms)


@pytest.mark.parametrize(
    ("limits", "first"),
    [
        ([{}], SCRIPT_SECONDS),
        ([{"timeout": 0.5}], 0.5),
        ([{"timeout": 0.5}, {}], 0.5),
        ([{}, {"timeout": 0.5}], 0.5),
        ([{"timeout": 0.5}, {"cpu": 0.2}], 0.2),
    ],
)
def test_first_look_is_no_later_than_the_shortest_limit(
    limits: list[dict[str, Any]], first: float
) -> None:
    steps = [step(**each) for each in limits]
    assert jobs.Heads().make_work(assign(*steps), b"{}", {}, []).first_limit_seconds == first


def test_limits_of_each_step_are_passed_on() -> None:
    steps = [step(cpu=2.0, memory=64, output=5, mutations=4, logs=3), step("g")]
    work = jobs.Heads().make_work(assign(*steps), b"{}", {}, [])
    found = [
        {name: each[name] for name in ("memory", "output", "mutations", "logs")}
        for each in head(work)["steps"]
    ]
    assert found[0] == {"memory": 64, "output": 5, "mutations": 4, "logs": 3}
    assert found[1] == {"memory": 128, "output": 2**20, "mutations": 1000, "logs": 1000}
    assert work.allowances == (Allowance(2.0, 64 * 2**20), Allowance(5.0, 128 * 2**20))


def test_part_has_the_allowance_of_its_step() -> None:
    work = jobs.make_part(assign(step("f"), step("g", cpu=2.0, memory=64)), 1, b"{}", "", {})
    assert work.allowances == (Allowance(2.0, 64 * 2**20),)


@pytest.mark.parametrize(
    ("breach", "kind", "words"),
    [
        (Breach.TIMEOUT, "timeout", "longer than its timeout"),
        (Breach.CPU, "cpu_limit", "more than 0.25 s of CPU"),
        (Breach.MEMORY, "memory_limit", "more than 64 MiB of memory"),
        (None, "timeout", "longer than its timeout"),
    ],
)
def test_cut_off_step_is_told_which_limit_it_was(
    breach: Breach | None, kind: str, words: str
) -> None:
    failure = jobs.cut_off(step(cpu=0.25, memory=64), breach)
    assert failure["kind"] == kind
    assert words in failure["text"]


@pytest.mark.parametrize("tolerated", [True, False])
def test_tolerance_is_passed_on(*, tolerated: bool) -> None:
    work = jobs.Heads().make_work(assign(step(tolerated=tolerated)), b"{}", {}, [])
    assert head(work)["steps"][0]["tolerated"] is tolerated


def partial(*outcomes: str, error: Any = None) -> Partial:
    actions = [{"name": "f", "outcome": outcome, "error": None} for outcome in outcomes]
    return Partial(actions=actions, error=error)


@pytest.mark.parametrize(
    ("part", "ended"),
    [
        (partial(), False),
        (partial("succeeded", "tolerated"), False),
        (partial("succeeded", "failed"), True),
        (partial(error={"kind": "bad_request", "message": "x"}), True),
    ],
)
def test_chain_ends_with_a_failure(part: Partial, *, ended: bool) -> None:
    assert part.ended is ended


def test_later_part_is_added() -> None:
    done = Partial(actions=[{"name": "f"}], mutations=[Raw(b"1")], logs=[Raw(b"2")], state={"n": 1})
    done.add(Partial(actions=[{"name": "g"}], mutations=[Raw(b"3")], logs=[], state={"n": 2}))
    assert [action["name"] for action in done.actions] == ["f", "g"]
    assert ([bytes(m) for m in done.mutations], done.state) == ([b"1", b"3"], {"n": 2})


def test_partial_results_are_not_shared() -> None:
    first = Partial()
    first.add(Partial(actions=[{"name": "f"}]))
    assert Partial().actions == []


def test_part_is_read_with_its_values_untouched() -> None:
    report = b'{"actions":[],"mutations":[{"v":1.0e400}],"logs":[],"state":{"claims":[["a","1"]]}}'
    part = jobs.read_part(Delivery(report, []))
    assert bytes(part.mutations[0]) == b'{"v":1.0e400}'
    assert part.state == {"claims": [["a", "1"]]}


def test_steps_that_never_ran_are_skipped_in_the_report() -> None:
    report = decode_report(jobs.write_report(partial("succeeded"), assign(step("f"), step("g"))))
    outcomes = [(action.name, action.outcome) for action in report.actions]
    assert outcomes == [("f", "succeeded"), ("g", "skipped")]


def test_report_of_a_bad_context_has_nothing_but_the_error() -> None:
    done = partial("tolerated", error={"kind": "bad_request", "message": "x"})
    done.mutations = [Raw(b'{"op":"setClaim","action":"f","key":"a","value":1}')]
    report = decode_report(jobs.write_report(done, assign(step("f"))))
    assert report.error is not None
    assert (report.actions, report.mutations) == ([], [])


def test_refusal_is_a_report() -> None:
    report = decode_report(jobs.refuse({"kind": "bad_request", "message": "why"}))
    assert report.error is not None
    assert (report.error.kind, report.error.message) == ("bad_request", "why")


def test_costs_become_spans_in_microseconds() -> None:
    assert jobs.spans([Cost(1_999, 999)]) == [Span(1, 0)]
    assert len(jobs.spans([Cost(1, 1)] * 100)) == MAX_ACTIONS


def part(text: str) -> Delivery:
    return Delivery(text.encode(), [])


SUCCEEDED = '"actions":[{"name":"f","outcome":"succeeded","error":null}]'


def test_part_that_ran_alone_is_read() -> None:
    claim = '{"op":"setClaim","action":"f","key":"k","value":1}'
    read = jobs.read_alone(part(f'{{{SUCCEEDED},"mutations":[{claim}],"state":{{}}}}'), step())
    assert read.mutations == [Raw(claim.encode())]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        '{"actions":[]}',
        '{"actions":[{"name":"g","outcome":"succeeded","error":null}]}',
        '{"actions":[{"name":"f","outcome":"failed","error":{"kind":"mine","message":""}}]}',
        f'{{{SUCCEEDED},"mutations":[{{"op":"setClaim","action":"f","key":{{}},"value":1}}]}}',
        f'{{{SUCCEEDED},"logs":[{{"action":"f","level":"info","message":1}}]}}',
        f'{{{SUCCEEDED},"mutations":[{{"op":"setClaim","action":"f","key":"\\ud800","value":1}}]}}',
    ],
)
def test_part_that_the_prelude_never_writes_is_refused(text: str) -> None:
    with pytest.raises(RemoteProtocolError):
        jobs.read_alone(part(text), step())
