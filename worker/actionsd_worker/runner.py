"""Runs jobs in realms: the fast way in one hardened realm, the slow way step by step.

The fast way: the prelude's `serve` loop takes job after job, without leaving V8's
thread. The slow way serves what the hardened realm cannot: an action that patches
intrinsics for itself, and what is left of a chain after an action was cut off. There
each step runs in an isolate of its own, and the state that ZITADEL would keep between
actions goes from one to the next as text.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import Any

from actionsd_protocol.errors import RemoteProtocolError
from actionsd_protocol.frames import MAX_PAYLOAD_BYTES
from actionsd_protocol.messages import MAX_ACTIONS, Assign, Step
from actionsd_sandbox.deadline import EXIT_MEMORY, DeadlineTimer
from actionsd_sandbox.isolate import Completion, Ending, Engine
from actionsd_sandbox.realm import Cost, Delivery, PreludeError, Realm, Work
from actionsd_worker import calls
from actionsd_worker import job as jobs
from actionsd_worker.job import Heads, Partial
from actionsd_worker.link import Link

MAX_THROWS = 2 * MAX_ACTIONS + 2
"""Throws that one job can make: one for each action, and one for what it leaves behind."""

_TOO_LARGE = {"kind": "output_limit", "message": "the report is larger than a frame may be"}
_BROKEN = b'{"failure":{"kind":"internal","message":"the broker cannot be asked"}}'
_NOT_UTF8 = {"kind": "bad_request", "message": "context: not UTF-8"}


class Runner:
    """Serves jobs until the broker says stop."""

    def __init__(self, engine: Engine, link: Link) -> None:
        self._engine = engine
        self._link = link
        self._timer = DeadlineTimer(link.flush_late)
        self._heads = Heads()
        self._sources: dict[str, str] = {}
        self._compiled: set[str] = set()
        self._forget: list[str] = []
        self._assign: Assign | None = None
        self._context = b""
        self._begun = False
        self._first_step = 0  # the place in the job of the first action in the realm
        self._stopped = False
        self._fault: Exception | None = None
        self._realm: Realm | None = None
        self._used = False  # whether the realm has had a job
        self._kept: tuple[Assign, bytes] | None = None  # a job that waits for a new one

    def prepare(self) -> None:
        """Make the first realm: V8 maps its code pages with it, and never again."""
        self._realm = self._new_realm()

    def run(self) -> None:
        """Serve until the broker says stop."""
        try:
            self._run()
        except MemoryError:
            os._exit(EXIT_MEMORY)  # a script has left nothing for us

    def _run(self) -> None:
        while not self._stopped:
            self._compiled.clear()
            realm, self._realm = self._realm or self._new_realm(), None
            with realm:
                unfinished = self._serve(realm)
            if unfinished is not None:
                # In its own time: what the realm held is free again.
                self._deliver(self._finish_slowly(*unfinished))

    def _new_realm(self) -> Realm:
        return self._make_realm(self._exchange, hardened=True)

    def _make_realm(
        self, exchange: Callable[[Delivery | None], Work | None], *, hardened: bool
    ) -> Realm:
        # It takes its time, and ends this process if there is no memory or thread for it: what
        # was done must be known by then.
        self._link.flush()
        return Realm(self._engine, self._timer, exchange, self._call, hardened=hardened)

    def _serve(self, realm: Realm) -> tuple[Partial, list[Cost]] | None:
        """Let a realm serve for as long as it is fit to; return what it did of its last job."""
        pending: Delivery | None = None
        while True:
            completion = self._settle(realm, realm.serve(pending))
            fit = completion.text == "left"
            if self._fault is not None:
                raise self._fault
            if self._stopped or self._kept is not None:
                return None
            done, costs = Partial(), list[Cost]()
            if self._assign is not None and self._begun and completion.text != "unfit":
                part = realm.collect(_failure(completion, realm, self._assign.steps))
                done, costs = jobs.read_part(part), part.costs
            if not fit:
                return done, costs
            pending = self._finish_slowly(done, costs)

    def _settle(self, realm: Realm, completion: Completion) -> Completion:
        """Let a realm go on after what scripts throw.

        Raises PreludeError if it throws on and on, the same job under way.
        """
        job, throws = self._assign, 0
        while completion.ending is Ending.THREW:
            throws = throws + 1 if job is self._assign else 1
            job = self._assign
            if throws > MAX_THROWS:
                raise PreludeError("the prelude itself throws")
            completion = realm.resume(completion.text)
        return completion

    def _exchange(self, delivery: Delivery | None) -> Work | None:
        """Hand over a report, take the next job; on V8's thread, so nothing may escape."""
        try:
            return self._take(delivery)
        except Exception as error:  # noqa: BLE001 - raised again on the main thread
            self._fault = error
            return None

    def _call(self, request: bytes) -> bytes:
        """Ask the broker something for a script; on V8's thread, so nothing may escape."""
        try:
            if self._assign is None or self._fault is not None:
                return _BROKEN
            return calls.carry_out(self._link, self._assign, self._first_step, request)
        except Exception as error:  # noqa: BLE001 - raised again on the main thread
            self._fault = error
            return _BROKEN

    def _take(self, delivery: Delivery | None) -> Work | None:
        if self._fault is not None:
            return None
        if delivery is not None:
            self._deliver(delivery)
        while True:
            received, self._kept = self._kept or self._link.next_job(), None
            if received is None:
                self._stopped = True
                return None
            if received[0].new_realm and self._used:
                self._kept, self._used = received, False  # for the realm to come
                return None
            self._used = True
            self._assign, self._context = received
            self._keep_scripts(self._assign)
            if not _is_utf8(self._context):
                self._deliver(Delivery(jobs.refuse(_NOT_UTF8), []))
                continue
            if any(step.fresh for step in self._assign.steps):
                return None
            self._begun = True
            self._first_step = 0
            return self._whole(self._assign)

    def _deliver(self, delivery: Delivery) -> None:
        if self._assign is None:
            raise PreludeError("a report, but no job")
        number, self._assign, self._begun = self._assign.job, None, False
        fits = len(delivery.report) <= MAX_PAYLOAD_BYTES
        document = delivery.report if fits else jobs.refuse(_TOO_LARGE)
        self._link.report(number, jobs.spans(delivery.costs), document)

    def _keep_scripts(self, assign: Assign) -> None:
        for script in assign.forget:
            self._sources.pop(script, None)
            gone = {key for key in self._compiled if key.startswith(script)}
            self._compiled -= gone
            self._forget += gone
        self._sources.update(assign.scripts)

    def _whole(self, assign: Assign) -> Work:
        new = {
            jobs.script_key(step): self._sources[step.script]
            for step in assign.steps
            if jobs.script_key(step) not in self._compiled
        }
        self._compiled |= new.keys()
        forget, self._forget = self._forget, []
        return self._heads.make_work(assign, self._context, new, forget)

    def _finish_slowly(self, done: Partial, costs: list[Cost]) -> Delivery:
        """Run what is left of the current job, each step in an isolate of its own."""
        if self._assign is None:
            raise PreludeError("a realm left its loop without a job")
        assign = self._assign
        for index in range(len(done.actions), len(assign.steps)):
            if done.ended:
                break
            step = assign.steps[index]
            source = self._sources[step.script]
            self._first_step = index
            work = jobs.make_part(assign, index, self._context, source, done.state)
            try:
                delivery = self._run_alone(work, step)
                part = jobs.read_alone(delivery, step)
            except (PreludeError, RemoteProtocolError):
                # It patched what the prelude needs: what it did cannot be read any more.
                done.add(jobs.unreadable(step, done.state))
                continue
            done.add(part)
            costs = costs + delivery.costs
        return Delivery(jobs.write_report(done, assign), costs)

    def _run_alone(self, work: Work, step: Step) -> Delivery:
        """Run one step in an isolate that nobody used before and nobody will after."""
        deliveries: list[Delivery] = []
        works = [work]

        def exchange(delivery: Delivery | None) -> Work | None:
            if delivery is not None:
                deliveries.append(delivery)
            return works.pop() if works else None

        with self._make_realm(exchange, hardened=False) as realm:
            completion = self._settle(realm, realm.serve())
            return (
                deliveries[0] if deliveries else realm.collect(_failure(completion, realm, [step]))
            )


def _failure(completion: Completion, realm: Realm, steps: Sequence[Step]) -> dict[str, Any] | None:
    """Return what to hold against the step that was running, None if it is innocent."""
    if completion.ending is not Ending.TERMINATED:
        return None
    return jobs.cut_off(steps[realm.finished], realm.breach)


def _is_utf8(context: bytes) -> bool:
    try:
        context.isascii() or context.decode()
    except UnicodeDecodeError:
        return False
    return True
