"""A realm under test: scripts in, what came of them out."""

from __future__ import annotations

import base64
import hashlib
import json
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from actionsd_sandbox.deadline import DeadlineTimer
from actionsd_sandbox.isolate import Completion, Ending, Engine
from actionsd_sandbox.meter import UNLIMITED
from actionsd_sandbox.realm import Cost, Delivery, Realm, Work

TIMED_OUT = {"kind": "timeout", "text": "too late"}


NOTHING: dict[str, dict[str, Any]] = {
    "fetch": {"document": {"status": 200, "headers": [], "body": ""}},
    "get_metadata": {"document": {"count": 0, "sequence": 0, "timestamp": "", "metadata": []}},
    "set_metadata": {"document": None},
}
"""What `Answers` says of each type of request, unless it is told otherwise."""


@dataclass
class Outcome:
    """What came of one job."""

    completion: Completion
    report: dict[str, Any]
    text: str
    costs: list[Cost]
    same_realm: bool

    @property
    def actions(self) -> list[str]:
        """How each action ended."""
        return [action["outcome"] for action in self.report["actions"]]

    @property
    def errors(self) -> list[Any]:
        """What went wrong in each action."""
        return [action["error"] for action in self.report["actions"]]

    @property
    def error(self) -> Any:
        """What went wrong with the job, or in the first action that something went wrong in."""
        if "error" in self.report:
            return self.report["error"]
        return next((error for error in self.errors if error), None)

    @property
    def ops(self) -> list[tuple[str, str, Any]]:
        """The mutations, without whose they are."""
        return [(m["op"], m["key"], m["value"]) for m in self.report["mutations"]]

    @property
    def claims(self) -> dict[str, Any]:
        """The claims that were set, without log claims."""
        return {key: value for op, key, value in self.ops if op == "setClaim"}

    @property
    def claim_logs(self) -> list[tuple[str, list[str]]]:
        """The log claims in the order in which they were written."""
        return [(key, value) for op, key, value in self.ops if op == "appendLogIntoClaims"]

    @property
    def stored(self) -> dict[str, str]:
        """The metadata that was set, as text."""
        ops = [(key, value) for op, key, value in self.ops if op == "setMetadata"]
        return {key: base64.b64decode(value, validate=True).decode() for key, value in ops}

    @property
    def logs(self) -> list[tuple[str, str]]:
        """What was logged."""
        return [(line["level"], line["message"]) for line in self.report["logs"]]


class Answers:
    """What a broker would be: takes down requests, and answers each as its type says."""

    def __init__(self) -> None:
        self.requests: list[dict[str, Any]] = []
        self.answers: dict[str, dict[str, Any]] = {}
        self.before: Callable[[], object] = lambda: None

    def answer(self, request: bytes) -> bytes:
        """Answer one request; with no answer for its type, as a store that is empty."""
        asked = json.loads(request)
        self.requests.append(asked)
        self.before()
        return json.dumps(
            self.answers.get(asked["type"], NOTHING.get(asked["type"])), ensure_ascii=False
        ).encode()


class Bench:
    """Runs jobs in a realm; gets a new one when the last is not fit any more."""

    def __init__(self, engine: Engine, *, hardened: bool = True) -> None:
        self._engine = engine
        self._hardened = hardened
        self._timer = DeadlineTimer()
        self._works: list[Work] = []
        self._deliveries: list[Delivery] = []
        self.broker = Answers()
        self._realm = self._make()

    def _make(self) -> Realm:
        return Realm(self._engine, self._timer, self._exchange, self._call, hardened=self._hardened)

    def _exchange(self, delivery: Delivery | None) -> Work | None:
        if delivery is not None:
            self._deliveries.append(delivery)
        return self._works.pop() if self._works else None

    def _call(self, request: bytes) -> bytes:
        return self.broker.answer(request)

    def run(self, *steps: str | dict[str, Any], context: Any = None, **head: Any) -> Outcome:
        """Run a chain; a step is a script that defines `f`, or a script with its settings."""
        text = context if isinstance(context, bytes) else json.dumps(context or {}).encode()
        work = _work([step if isinstance(step, dict) else {"source": step} for step in steps], head)
        work = work._replace(context=text)
        self._works = [work]
        completion = self._serve()
        same_realm = completion.text != "unfit"
        if not same_realm:
            self.renew()
            self._works = [work]
            completion = self._serve()
        if self._deliveries:
            delivery = self._deliveries.pop()
        else:
            late = completion.ending is Ending.TERMINATED
            delivery = self._realm.collect(TIMED_OUT if late else None)
            self.renew()
        report = json.loads(delivery.report)
        return Outcome(completion, report, delivery.report.decode(), delivery.costs, same_realm)

    def _serve(self) -> Completion:
        completion = self._realm.serve()
        while completion.ending is Ending.THREW:
            completion = self._realm.resume(completion.text)
        # Without this the grace after a cancelled run would end the test process.
        signal.setitimer(signal.ITIMER_REAL, 0)
        self._timer._fires_at = float("inf")
        return completion

    def renew(self) -> None:
        """Go on in a new realm."""
        self._realm.close()
        self._realm = self._make()

    def close(self) -> None:
        """Free the realm."""
        signal.signal(signal.SIGALRM, signal.SIG_IGN)
        self._realm.close()


def _work(steps: list[dict[str, Any]], more: dict[str, Any]) -> Work:
    head: dict[str, Any] = {
        "trigger": "complement-token/pre-userinfo",
        "check": False,
        "forget": [],
        "sources": {_key(step): step["source"] for step in steps},
        "steps": [_step(step) for step in steps],
        "state": None,
        "partial": False,
        "report_limit": 1 << 22,
    }
    first_limit = min(step.get("seconds", 10.0) for step in steps)
    allowances = (UNLIMITED,) * len(steps)
    return Work(json.dumps(head | more).encode(), b"", first_limit, allowances)


def _step(step: dict[str, Any]) -> dict[str, Any]:
    limit = step.get("seconds", 10.0) * 1000
    return {
        "name": step.get("name", "f"),
        "key": _key(step),
        "script_ms": limit,
        "timeout_ms": limit,
        "memory": 128,
        "output": step.get("output", 1 << 20),
        "mutations": step.get("mutations", 1000),
        "logs": step.get("logs", 1000),
        "tolerated": step.get("tolerated", False),
    }


def _key(step: dict[str, Any]) -> str:
    text = step.get("name", "f") + "\0" + step["source"]
    return hashlib.blake2s(text.encode("utf-8", "surrogatepass"), digest_size=20).hexdigest()


@pytest.fixture(scope="module")
def _bench(engine: Engine) -> Iterator[Bench]:
    bench = Bench(engine)
    yield bench
    bench.close()


@pytest.fixture
def run(_bench: Bench) -> Callable[..., Any]:
    """Run a chain of scripts in a hardened realm; gives an `Outcome`."""
    return _bench.run


@pytest.fixture
def run_anew(_bench: Bench) -> Callable[..., Any]:
    """Do what `run` does, in a realm that no other test has used."""
    _bench.renew()
    return _bench.run


@pytest.fixture(scope="module")
def _fresh_bench(engine: Engine) -> Iterator[Bench]:
    bench = Bench(engine, hardened=False)
    yield bench
    bench.close()


@pytest.fixture
def run_fresh(_fresh_bench: Bench) -> Callable[..., Any]:
    """Run one script in a realm that is not hardened; gives an `Outcome`."""

    def run(*steps: str | dict[str, Any], **more: Any) -> Outcome:
        _fresh_bench.renew()
        return _fresh_bench.run(*steps, **more)

    return run


@pytest.fixture
def broker(_bench: Bench) -> Answers:
    """Answer what the actions of `run` ask."""
    _bench.broker = Answers()
    return _bench.broker


@pytest.fixture
def fresh_broker(_fresh_bench: Bench) -> Answers:
    """Answer what the actions of `run_fresh` ask."""
    _fresh_bench.broker = Answers()
    return _fresh_bench.broker


@pytest.fixture
def value(run: Callable[..., Any]) -> Callable[..., Any]:
    """Give the value of a JavaScript expression, by way of a claim."""

    def evaluate(expression: str, context: Any = None) -> Any:
        script = f"const f = (ctx, api) => api.v1.claims.setClaim('value', {expression})"
        outcome = run(script, context=context)
        assert outcome.error is None, outcome.error
        return outcome.claims["value"]

    return evaluate


@pytest.fixture
def in_process(tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run Python code in a process of its own."""

    def start(code: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            text=True,
            cwd=tmp_path,
            timeout=100,
            check=False,
        )

    return start
