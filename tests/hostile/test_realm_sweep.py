"""Nothing that a run does is seen by the next in the same isolate: by sweep, not by example.

A vandal (`sweep/vandal.js`) walks everything it can reach and tries to change each object
in every way there is. Then an observer (`sweep/observe.js`) walks the same way and writes
down all that it sees. The text must be, byte for byte, that of an isolate in which nobody
was before. The same vandal in a realm that is not hardened is the control: there the text
must differ, or the comparison would show nothing.
"""

from __future__ import annotations

import json
import signal
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from actionsd_protocol.triggers import TRIGGERS
from actionsd_sandbox.deadline import DeadlineTimer
from actionsd_sandbox.isolate import Ending, Engine
from actionsd_sandbox.meter import UNLIMITED
from actionsd_sandbox.realm import Delivery, Realm, Work

SWEEP = Path(__file__).parent / "sweep"
GIVEN_UP = "The isolate is given up."
LEAVE = sorted((SWEEP / "leave").glob("*.js"))
FAILING = ("throws", "rejects")
CONDEMNED = [path for path in LEAVE if GIVEN_UP in path.read_text()]
CONTEXTS = Path(__file__).parent.parent / "conformance" / "contexts"
MODES = ("set", "add", "define", "delete", "prototype", "close", "mutate")
USERINFO = "complement-token/pre-userinfo"
PRE_CREATION = "internal-authentication/pre-creation"
MAX_THROWS = 8
LIMIT_SECONDS = 60.0


class Step(NamedTuple):
    """An action: the name of its function, its text."""

    name: str
    source: str


def _answer(request: bytes) -> bytes:
    fetched = {"status": 200, "headers": [["content-type", "text/plain"]], "body": '{"a": [1]}'}
    document = fetched if json.loads(request)["type"] == "fetch" else None
    return json.dumps({"document": document}).encode()


class Cell:
    """One isolate, and what is run in it."""

    def __init__(self, engine: Engine, *, trigger: str = USERINFO, hardened: bool = True) -> None:
        self._trigger = trigger
        self._works: list[Work] = []
        self._deliveries: list[Delivery] = []
        self.ending = ""
        self._realm = Realm(engine, DeadlineTimer(), self._exchange, _answer, hardened=hardened)

    def _exchange(self, delivery: Delivery | None) -> Work | None:
        if delivery is not None:
            self._deliveries.append(delivery)
        return self._works.pop() if self._works else None

    def run(self, *steps: Step, state: Any = None, partial: bool = False) -> dict[str, Any]:
        """Run a chain; give its report, nothing if the isolate was given up before the end."""
        self._works = [_work(steps, trigger=self._trigger, state=state, partial=partial)]
        completion = self._realm.serve()
        for _ in range(MAX_THROWS):
            if completion.ending is not Ending.THREW:
                break
            completion = self._realm.resume(completion.text)
        self.ending = completion.text
        report = self._deliveries.pop().report if self._deliveries else b"{}"
        document: dict[str, Any] = json.loads(report)
        return document

    def observe(self, *before: Step, state: Any = None, whole: bool = False) -> str:
        """Give what the last of a chain sees."""
        return seen_in(self.run(*before, observer(whole=whole), state=state))

    def close(self) -> None:
        """Free the isolate."""
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, signal.SIG_IGN)
        self._realm.close()


def _work(steps: tuple[Step, ...], **more: Any) -> Work:
    context: dict[str, Any] = {}
    for path in sorted(CONTEXTS.glob("*.json")):
        context |= json.loads(path.read_text())
    head = {
        "check": False,
        "forget": [],
        "sources": {_key(step): step.source for step in steps},
        "steps": [
            {
                "name": step.name,
                "key": _key(step),
                "script_ms": LIMIT_SECONDS * 1000,
                "timeout_ms": LIMIT_SECONDS * 1000,
                "tolerated": True,
                "memory": 512,
                "output": 2**27,
                "mutations": 10**6,
                "logs": 10**6,
            }
            for step in steps
        ],
        "report_limit": 2**27,
        **more,
    }
    allowances = (UNLIMITED,) * len(steps)
    return Work(json.dumps(head).encode(), json.dumps(context).encode(), LIMIT_SECONDS, allowances)


def _key(step: Step) -> str:
    return f"{hash(step) & (2**64 - 1):016x}"


def _script(*names: str, modes: tuple[str, ...] = (), whole: bool = True) -> str:
    settings = f"const WHOLE = {json.dumps(whole)}, MODES = {json.dumps(modes)};"
    return settings + "\n".join((SWEEP / f"{name}.js").read_text() for name in names)


def observer(*, whole: bool) -> Step:
    """Return the action that writes down what it sees."""
    return Step("observe", _script("roots", "walk", "observe", whole=whole))


def vandal(*modes: str, whole: bool = True) -> Step:
    """Return the action that tries to change everything, in some ways."""
    return Step("vandal", _script("roots", "walk", "vandal", modes=modes, whole=whole))


def seen_in(report: dict[str, Any]) -> str:
    """Return what the observer logged last; nothing if it could not."""
    lines = [log["message"] for log in report.get("logs", []) if log["action"] == "observe"]
    return lines[-1] if lines else ""


def assert_same(seen: str, expected: str) -> None:
    """Compare by line: a difference of megabytes helps nobody."""
    pairs = zip(seen.splitlines(), expected.splitlines(), strict=False)
    different = [pair for pair in pairs if pair[0] != pair[1]]
    assert different[:3] == []
    assert (len(seen), seen == expected) == (len(expected), True)


@pytest.fixture
def cell(engine: Engine) -> Iterator[Callable[..., Cell]]:
    """Make isolates that are gone when the test is."""
    cells: list[Cell] = []

    def make(**settings: Any) -> Cell:
        cells.append(Cell(engine, **settings))
        return cells[-1]

    yield make
    for each in cells:
        each.close()


def _first_sight(engine: Engine, *, whole: bool, **settings: Any) -> str:
    with closing(Cell(engine, **settings)) as first:
        return first.observe(whole=whole)


@pytest.fixture(scope="module")
def untouched(engine: Engine) -> str:
    """What an observer sees where nobody was before."""
    return _first_sight(engine, whole=True)


@pytest.fixture(scope="module")
def untouched_login(engine: Engine) -> str:
    """What it sees there in a trigger with live arrays."""
    return _first_sight(engine, whole=False, trigger=PRE_CREATION)


@pytest.fixture(scope="module")
def untouched_open(engine: Engine) -> str:
    """What it sees where nothing is hardened."""
    return _first_sight(engine, whole=True, hardened=False)


def test_observer_sees_a_great_deal(untouched: str) -> None:
    assert untouched.count("\n#") > 2000
    for name in ("Temporal.PlainDate.prototype", "async generator.[[Prototype]]", "set ctx", "api"):
        assert name in untouched


def test_two_untouched_isolates_look_the_same(cell: Callable[..., Cell], untouched: str) -> None:
    assert_same(cell().observe(whole=True), untouched)


def test_observer_sees_the_same_twice(cell: Callable[..., Cell], untouched: str) -> None:
    same = cell()
    for _ in range(2):
        assert_same(same.observe(whole=True), untouched)


@pytest.mark.parametrize("modes", [(), *((mode,) for mode in MODES), MODES], ids="+".join)
def test_vandal_leaves_nothing_for_the_next_run(
    cell: Callable[..., Cell], untouched: str, modes: tuple[str, ...]
) -> None:
    touched = cell()
    touched.run(vandal(*modes))
    assert_same(touched.observe(whole=True), untouched)
    assert touched.ending == "left"


@pytest.mark.parametrize("trigger", TRIGGERS)
def test_vandal_leaves_nothing_in_any_trigger(cell: Callable[..., Cell], trigger: str) -> None:
    attack = vandal(*MODES, whole=False)
    state = cell(trigger=trigger).run(attack, partial=True)["state"]
    fresh, touched = cell(trigger=trigger), cell(trigger=trigger)
    # What a chain hands on is text. Here an isolate gets that, and the objects with it.
    assert_same(touched.observe(attack), fresh.observe(state=state))
    assert_same(touched.observe(), fresh.observe())


@pytest.mark.parametrize("modes", [(), *((mode,) for mode in MODES)], ids="+".join)
def test_control_vandal_leaves_traces_where_nothing_is_hardened(
    cell: Callable[..., Cell], untouched_open: str, modes: tuple[str, ...]
) -> None:
    open_realm = cell(hardened=False)
    open_realm.run(vandal(*modes))
    assert untouched_open.count("\n#") > 2000
    assert open_realm.observe(whole=True) != untouched_open


def test_script_finds_no_mark_of_its_own_last_run(cell: Callable[..., Cell]) -> None:
    both = "async function observe_and_spoil(...all) { await observe(...all); vandal(...all) }"
    script = _script("roots", "walk", "observe", "vandal", modes=MODES)
    step = Step("observe_and_spoil", script + both)
    same = cell()
    first, second = (same.run(step)["logs"] for _ in range(2))
    assert_same(second[-1]["message"], first[-1]["message"])


@pytest.mark.parametrize("path", sorted({*LEAVE} - {*CONDEMNED}), ids=lambda path: path.stem)
def test_what_a_run_leaves_behind_is_gone(
    cell: Callable[..., Cell], untouched_login: str, path: Path
) -> None:
    left, touched = Step("leave", path.read_text()), cell(trigger=PRE_CREATION)
    report = cell(trigger=PRE_CREATION).run(left, partial=True)
    assert (report["actions"][0]["error"] is not None) is path.stem.startswith(FAILING)
    state = report["state"]
    assert_same(touched.observe(left), cell(trigger=PRE_CREATION).observe(state=state))
    assert_same(touched.observe(), untouched_login)


@pytest.mark.parametrize("path", CONDEMNED, ids=lambda path: path.stem)
def test_isolate_is_given_up_for_what_cannot_be_undone(
    cell: Callable[..., Cell], path: Path
) -> None:
    left, chained, alone = Step("leave", path.read_text()), cell(), cell()
    assert chained.observe(left) == ""
    assert chained.ending == "unfinished"
    alone.run(left)
    assert alone.observe() == ""
    assert alone.ending == "unfit"
