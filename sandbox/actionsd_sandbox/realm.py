"""A realm: an isolate with the prelude in it, ready to serve jobs.

The prelude is the `js/` directory, loaded in the order of `PRELUDE`. A hardened realm
serves job after job; one that is not hardened serves a single run and is thrown away.
Everything here speaks of texts and outcomes; what a job means is the worker's business.
"""

from __future__ import annotations

import functools
import json
import math
import os
import secrets
import time
from collections.abc import Callable
from importlib import resources
from typing import NamedTuple, Self

from actionsd_sandbox.deadline import DeadlineTimer
from actionsd_sandbox.isolate import Completion, Ending, Engine, Isolate
from actionsd_sandbox.mailbox import SIZE_BYTES, Mailbox, Reply
from actionsd_sandbox.thrown import read_account

PRELUDE = (
    "convert.js",
    "bytes.js",
    "time.js",
    "gojson.js",
    "user.js",
    "claims.js",
    "state.js",
    "lists.js",
    "digest.js",
    "uuid.js",
    "random.js",
    "modules.js",
    "triggers.js",
    "login.js",
    "harden.js",
    "scripts.js",
    "serve.js",
)
"""The prelude's files: later ones use what earlier ones put on `kernel`."""

HOSTS = ("exchange", "receive", "send", "drain", "note", "random")


RANDOM_BYTES = 64
"""What a script may take at once; a UUID takes 16."""


LONG_NS = 5_000_000
"""CPU time after which a run is swept up after before it is over."""


class Work(NamedTuple):
    """A job for the prelude: its head and context as JSON, and when to look first."""

    head: bytes
    context: bytes
    first_limit_seconds: float


class Cost(NamedTuple):
    """What one action took on V8's thread, in nanoseconds."""

    wall: int
    cpu: int


class Delivery(NamedTuple):
    """A report, and the cost of each action that began."""

    report: bytes
    costs: list[Cost]


class PreludeError(Exception):
    """Raised when the prelude does not load: a bug of ours, never a script's."""


class Realm:
    """One isolate and its prelude. Use as a context manager; `close` frees it."""

    def __init__(
        self,
        engine: Engine,
        timer: DeadlineTimer,
        exchange: Callable[[Delivery | None], Work | None],
        *,
        hardened: bool,
    ) -> None:
        self._timer = timer
        self._exchange_with = exchange
        self._pending: Delivery | None = None
        self._busy = False
        self._costs: list[Cost] = []
        self._since = Cost(0, 0)
        self._unswept = 0  # the CPU clock when the run began, until it is swept up after
        self._isolate = Isolate(engine, {name: getattr(self, f"_{name}") for name in HOSTS})
        # A lexical binding with a name that no script can guess: unlike a property of the
        # global object it cannot be found by looking.
        self._kernel = f"kernel_{secrets.token_hex(16)}"
        self._load(hardened=hardened)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def close(self) -> None:
        """Free the isolate."""
        self._mailbox.release()
        self._isolate.close()

    def serve(self, pending: Delivery | None = None) -> Completion:
        """Exchange reports for jobs until something ends it; `pending` is handed over first."""
        self._pending = pending
        return self._run()

    def resume(self, account: str) -> Completion:
        """Go on after a throw, which fails the action that was running."""
        thrown = read_account(account)
        self._mailbox.put(json.dumps(thrown._asdict()).encode())
        self._mailbox.reply(Reply.THROWN)
        return self._run()

    def collect(self, failure: dict[str, str] | None) -> Delivery:
        """Take what an unfinished job has done; with a failure, its running action failed."""
        self._mailbox.put(json.dumps(failure).encode())
        completion = self._isolate.evaluate(f"{self._kernel}.collect()")
        if completion.ending is not Ending.RETURNED:
            raise PreludeError(completion.text)
        self._busy = False
        return Delivery(self._mailbox.take(), self._costs)

    def _run(self) -> Completion:
        self._timer.attach(lambda: self._mailbox.deadline_ms, self._isolate.cancel)
        try:
            return self._isolate.evaluate(f"{self._kernel}.serve()")
        finally:
            self._timer.detach()

    # On V8's thread, called by the prelude:

    def _exchange(self) -> None:
        delivery, self._pending = self._pending, None
        if self._busy:
            report = self._mailbox.take()
            changes, unswept = self._mailbox.changes, self._unswept or _cpu()
            self._isolate.drain()
            # Looking again runs the script's getters: its time goes on until then. So does
            # sweeping up after a run that was long enough to leave a lot.
            again = self._mailbox.changes != changes or _cpu() - unswept > LONG_NS
            with self._timer.lock:
                if not again:
                    self._mailbox.set_deadline(0.0)
                if self._timer.late:
                    # Too late while draining: V8 throws us out as soon as we return.
                    self._mailbox.reply(Reply.LEAVE)
                    return
            if again:
                self._unswept = 0
                self._mailbox.reply(Reply.AGAIN)
                return
            self._note()
            self._busy = False
            delivery = Delivery(report, self._costs)
        work = self._exchange_with(delivery)
        if work is None:
            self._mailbox.reply(Reply.LEAVE)
            return
        self._begin(work)

    def _begin(self, work: Work) -> None:
        self._busy = True
        self._costs = []
        self._since = _now()
        self._unswept = self._since.cpu
        self._mailbox.put(work.head, work.context)
        self._mailbox.reply(Reply.JOB)
        # Something runs from here on, whoever looks before the prelude says until when.
        self._mailbox.set_deadline(math.inf)
        self._timer.expect(work.first_limit_seconds)

    def _receive(self) -> None:
        self._mailbox.send_chunk()

    def _send(self) -> None:
        self._mailbox.receive_chunk()

    def _drain(self) -> None:
        self._isolate.drain()

    def _random(self) -> None:
        self._mailbox.fill(os.urandom(RANDOM_BYTES))

    def _note(self) -> None:
        # The CPU clock is the calling thread's, so this must run on V8's.
        now = _now()
        self._costs.append(Cost(now.wall - self._since.wall, now.cpu - self._since.cpu))
        self._since = now

    # Setting up, on the main thread:

    def _load(self, *, hardened: bool) -> None:
        hosts = ", ".join(HOSTS)
        self._evaluate(
            f"const {self._kernel} = {{ hosts: {{ {hosts} }}, "
            f"memory: new ArrayBuffer({SIZE_BYTES}) }};"
        )
        self._evaluate("".join(f"delete globalThis.{name};" for name in HOSTS))
        self._evaluate("".join(_loader(name, self._kernel) for name in PRELUDE))
        self._mailbox = Mailbox(self._isolate.buffer(f"{self._kernel}.memory"))
        self._evaluate(f"{self._kernel}.remove(); {self._kernel}.defineRequire()")
        self._evaluate(f"{self._kernel}.{'harden' if hardened else 'remember'}()")

    def _evaluate(self, source: str) -> None:
        completion = self._isolate.evaluate(source)
        if completion.ending is not Ending.RETURNED:
            raise PreludeError(completion.text)


@functools.cache
def _prelude_body(name: str) -> str:
    source = resources.files("actionsd_sandbox").joinpath("js", name).read_text("utf-8")
    return json.dumps(f"'use strict';\n{source}\n//# sourceURL=actionsd/{name}")


def _loader(name: str, kernel: str) -> str:
    return f"new Function('kernel', {_prelude_body(name)})({kernel});"


def _now() -> Cost:
    return Cost(time.perf_counter_ns(), _cpu())


def _cpu() -> int:
    return time.clock_gettime_ns(time.CLOCK_THREAD_CPUTIME_ID)
