"""A job as the prelude reads it, and the report that comes back.

Pure. The prelude sees scripts by key: the script's id and the action's name together,
as one text compiled for two names gives two functions.
"""

from __future__ import annotations

import functools
import hashlib
from typing import Any, TypeAlias

import msgspec
from msgspec import Raw, Struct

from actionsd_protocol.errors import RemoteProtocolError
from actionsd_protocol.frames import MAX_PAYLOAD_BYTES
from actionsd_protocol.messages import MAX_ACTIONS, Assign, Span, Step
from actionsd_protocol.report import decode_report
from actionsd_sandbox.meter import Allowance, Breach
from actionsd_sandbox.realm import Cost, Delivery, Work

State: TypeAlias = dict[str, Any]

MAX_HEADS = 256
"""Chains whose works are kept ready."""


class Partial(Struct):
    """What a part of a chain came to, and what the next action must know."""

    actions: list[dict[str, Any]] = []
    mutations: list[Raw] = []
    logs: list[Raw] = []
    state: State = {}
    error: dict[str, Any] | None = None

    @property
    def ended(self) -> bool:
        """Tell whether the chain ends here whatever is left of it."""
        return self.error is not None or any(a["outcome"] == "failed" for a in self.actions)

    def add(self, other: Partial) -> None:
        """Take over what a later part came to."""
        self.actions += other.actions
        self.mutations += other.mutations
        self.logs += other.logs
        self.state = other.state
        self.error = other.error


def script_key(step: Step) -> str:
    """Return the key under which the prelude keeps a step's script."""
    return step.script + _short(step.name)


@functools.lru_cache(1024)
def _short(name: str) -> str:
    return hashlib.blake2s(name.encode(), digest_size=4).hexdigest()


class Heads:
    """The works of chains without their contexts: most jobs repeat what came before them."""

    def __init__(self) -> None:
        self._works: dict[tuple[str, bool, tuple[Step, ...]], Work] = {}

    def make_work(
        self, assign: Assign, context: bytes, sources: dict[str, str], forget: list[str]
    ) -> Work:
        """Return a whole job for a realm that serves many."""
        if sources or forget:
            return _work(assign, assign.steps, context, {"sources": sources, "forget": forget})
        key = (assign.trigger, assign.check, tuple(assign.steps))
        work = self._works.get(key)
        if work is None:
            if len(self._works) >= MAX_HEADS:
                self._works.clear()
            work = _work(assign, assign.steps, b"", {"sources": {}, "forget": []})
            self._works[key] = work
        return work._replace(context=context)


def make_part(assign: Assign, index: int, context: bytes, source: str, state: State) -> Work:
    """Return one step of a job for a realm of its own."""
    step = assign.steps[index]
    rest = {"sources": {script_key(step): source}, "forget": [], "state": state, "partial": True}
    return _work(assign, [step], context, rest)


def _work(assign: Assign, steps: list[Step], context: bytes, rest: dict[str, Any]) -> Work:
    head = {
        "trigger": assign.trigger,
        "check": assign.check,
        "steps": [_step(step) for step in steps],
        "report_limit": MAX_PAYLOAD_BYTES,
        **rest,
    }
    first_limit = min(min(step.script_seconds, step.cpu) for step in steps)
    allowances = tuple(Allowance(step.cpu, step.memory * 2**20) for step in steps)
    return Work(msgspec.json.encode(head), context, first_limit, allowances)


def _step(step: Step) -> dict[str, Any]:
    return {
        "name": step.name,
        "key": script_key(step),
        "script_ms": step.script_seconds * 1000,
        "timeout_ms": step.timeout * 1000,
        "memory": step.memory,
        "output": step.output,
        "mutations": step.mutations,
        "logs": step.logs,
        "tolerated": step.allowed_to_fail,
    }


def read_part(delivery: Delivery) -> Partial:
    """Return what an isolate handed over of an unfinished job."""
    return msgspec.json.decode(delivery.report, type=Partial)


def read_alone(delivery: Delivery, step: Step) -> Partial:
    """Return what an isolate handed over of a step that it ran alone.

    Raises RemoteProtocolError if it is not what the prelude writes: the script, which may
    patch built-ins there, has patched what the prelude needs to write it.
    """
    try:
        part = read_part(delivery)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise RemoteProtocolError(f"malformed part: {error}") from error
    if part.error is None:
        whole = {"actions": part.actions, "mutations": part.mutations, "logs": part.logs}
        report = decode_report(msgspec.json.encode(whole))
        if [action.name for action in report.actions] != [step.name]:
            raise RemoteProtocolError("a part of other actions than the one that ran")
    return part


def write_report(done: Partial, assign: Assign) -> bytes:
    """Return the report of a job that was done in parts; steps that never ran are skipped."""
    ran = len(done.actions)
    skipped = [
        {"name": step.name, "outcome": "skipped", "error": None} for step in assign.steps[ran:]
    ]
    if done.error is not None:
        return refuse(done.error)
    report = {
        "actions": done.actions + skipped,
        "mutations": done.mutations,
        "logs": done.logs,
    }
    return msgspec.json.encode(report)


def unreadable(step: Step, state: State) -> Partial:
    """Return the part of a step that broke what is needed to read what it did."""
    outcome = "tolerated" if step.allowed_to_fail else "failed"
    message = "the action changed built-ins that the runtime itself needs"
    error = {"kind": "script_threw", "message": message}
    return Partial(actions=[{"name": step.name, "outcome": outcome, "error": error}], state=state)


def cut_off(step: Step, breach: Breach | None) -> dict[str, Any]:
    """Return what to hold against a step that was told to end."""
    if breach is Breach.CPU:
        return {"kind": "cpu_limit", "text": f"the action took more than {step.cpu:g} s of CPU"}
    if breach is Breach.MEMORY:
        text = f"the action took more than {step.memory} MiB of memory"
        return {"kind": "memory_limit", "text": text}
    return {"kind": "timeout", "text": "the action took longer than its timeout"}


def refuse(error: dict[str, Any]) -> bytes:
    """Return the report of a job whose context is not what it should be."""
    return msgspec.json.encode({"actions": [], "mutations": [], "logs": [], "error": error})


def spans(costs: list[Cost]) -> list[Span]:
    """Return costs as the protocol has them."""
    return [Span(cost.wall // 1000, cost.cpu // 1000) for cost in costs[:MAX_ACTIONS]]
