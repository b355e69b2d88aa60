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

from actionsd_sandbox.deadline import LONGEST_GRACE_SECONDS, DeadlineTimer
from actionsd_sandbox.isolate import Completion, Ending, Engine, Isolate
from actionsd_sandbox.mailbox import SIZE_BYTES, Mailbox, Reply
from actionsd_sandbox.meter import LOOK_SECONDS, Allowance, Breach
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
    "calls.js",
    "http.js",
    "metadata.js",
    "modules.js",
    "triggers.js",
    "login.js",
    "harden.js",
    "scripts.js",
    "serve.js",
)
"""The prelude's files: later ones use what earlier ones put on `kernel`."""

HOSTS = ("exchange", "receive", "send", "drain", "note", "tidy", "random", "call")


RANDOM_BYTES = 64
"""What a script may take at once; a UUID takes 16."""

COLLECT_TRIES = 8
"""Microtasks that never end may be in the way; then an entry that does not; then what its
getters left behind. And each of these may be told to end when it just has, which then ends
what comes next. After that there is nothing left of the script that could run."""

LITTER_BYTES = 32 * 2**20
"""What earlier actions may leave uncollected. More would come near the process's own limit,
and be the next action's trouble."""


LONG_NS = 5_000_000
"""Time of the last microtasks after which a job is swept up after before it is over."""


class Work(NamedTuple):
    """A job for the prelude: its head and context as JSON, and when to look first.

    The very head that the last job had, the same object, is not sent again. `allowances` has
    one for each of its actions.
    """

    head: bytes
    context: bytes
    first_limit_seconds: float
    allowances: tuple[Allowance, ...]


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
    """One isolate and its prelude. Use as a context manager; `close` frees it.

    `exchange` hands over a report and gives the next job. `call` gives the answer to what
    an action asks of the broker, both as the JSON that js/calls.js describes. Either is
    called on V8's thread, and may take its time; neither may raise.

    `breach` is why the last evaluation was told to end, None if it was not.
    """

    def __init__(
        self,
        engine: Engine,
        timer: DeadlineTimer,
        exchange: Callable[[Delivery | None], Work | None],
        call: Callable[[bytes], bytes],
        *,
        hardened: bool,
    ) -> None:
        self.breach: Breach | None = None
        self._timer = timer
        self._exchange_with = exchange
        self._ask = call
        self._pending: Delivery | None = None
        self._busy = False
        self._head: bytes | None = None  # of the last job; the prelude still has it
        self._at_home = False  # whether V8's thread is prepared for our work on it
        self._allowances: tuple[Allowance, ...] = ()
        self._costs: list[Cost] = []
        self._since = Cost(0, 0)
        self._memory_floor = math.inf  # what this process has when no action runs
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

    @property
    def finished(self) -> int:
        """How many actions of the current job are over."""
        return len(self._costs)

    def serve(self, pending: Delivery | None = None) -> Completion:
        """Exchange reports for jobs until something ends it; `pending` is handed over first."""
        self._pending = pending
        return self._run(f"{self._kernel}.serve()")

    def resume(self, account: str) -> Completion:
        """Go on after a throw, which fails the action that was running."""
        thrown = read_account(account)
        self._mailbox.put(json.dumps(thrown._asdict()).encode())
        self._mailbox.reply(Reply.THROWN)
        return self._run(f"{self._kernel}.serve()")

    def collect(self, failure: dict[str, str] | None) -> Delivery:
        """Take what an unfinished job has done; with a failure, its running action failed.

        What is still to be read of the action may be a trap: it has little time, and is
        not read again.
        """
        self._allowances = ()  # nothing more begins here
        costs, blame = self._costs, self.breach
        for _ in range(COLLECT_TRIES):
            self._costs = [*costs]
            self._mailbox.put(json.dumps(failure).encode())
            self._mailbox.reply(Reply.LEAVE)
            self._mailbox.set_deadline((time.time() + LONGEST_GRACE_SECONDS) * 1000)
            self._timer.extend(blame)
            completion = self._run(f"{self._kernel}.collect()")
            if completion.ending is Ending.RETURNED:
                self._busy = False
                return Delivery(self._mailbox.take(), self._costs)
        if blame is not None:
            self._timer.exit(blame)  # what it did before is lost, but not whose fault it was
        raise PreludeError("what the job has done cannot be collected")  # not the script's words

    def _run(self, source: str) -> Completion:
        def due() -> float:
            return 0.0 if self._isolate.has_ended() else self._mailbox.deadline_ms

        before = self.breach
        self._timer.attach(due, self._isolate.cancel)
        try:
            completion = self._isolate.evaluate(source)
        finally:
            self.breach = self._timer.breach
            self._timer.detach()
        if completion.ending is Ending.TERMINATED and self.breach is None:
            self.breach = before  # it was told to, just as it ended by itself the last time
        return completion

    # On V8's thread, called by the prelude:

    def _exchange(self) -> None:
        if not self._at_home:
            self._at_home = True
            self._isolate.keep_thread()
            self._timer.measure_this_thread()
        delivery, self._pending = self._pending, None
        if self._busy:
            report = self._mailbox.take()
            changes, begun = self._mailbox.changes, time.perf_counter_ns()
            self._isolate.drain()
            # What took long may have left a lot: it is swept up in the time of this job.
            spent = time.perf_counter_ns() - begun
            again = self._mailbox.changes != changes or spent > LONG_NS
            with self._timer.lock:
                if self._is_breached():
                    return
                if again:
                    # The action's time goes on: what is looked at now may run code of its.
                    self._mailbox.reply(Reply.AGAIN)
                    return
                self._mailbox.set_deadline(0.0)
            self._record()
            self._busy = False
            delivery = Delivery(report, self._costs)
        work = self._exchange_with(delivery)
        if work is None:
            self._mailbox.reply(Reply.LEAVE)
            self._at_home = False
            self._isolate.release_thread()
            return
        self._begin(work)

    def _begin(self, work: Work) -> None:
        self._busy = True
        self._costs = []
        self._allowances = work.allowances
        # The prelude still holds what the last job made: it lets go of it before it tidies.
        self._mailbox.set_litter(litter=self._begin_action())
        self._mailbox.put(b"" if work.head is self._head else work.head, work.context)
        self._head = work.head
        self._mailbox.reply(Reply.JOB)
        # Something runs from here on, whoever looks before the prelude says until when.
        self._mailbox.set_deadline(math.inf)
        self._timer.expect(min(work.first_limit_seconds, LOOK_SECONDS))

    def _receive(self) -> None:
        self._mailbox.send_chunk()

    def _send(self) -> None:
        self._mailbox.receive_chunk()

    def _drain(self) -> None:
        self._isolate.drain()
        with self._timer.lock:
            self._is_breached()

    def _call(self) -> None:
        request = self._mailbox.take()
        with self._timer.lock:
            if self._is_breached():
                return  # what microtasks ask that outlive the script
        answer = self._ask(request)
        with self._timer.lock:
            if self._is_breached():
                return  # it could not hear of it while it waited
        self._mailbox.put(answer)

    def _random(self) -> None:
        self._mailbox.fill(os.urandom(RANDOM_BYTES))

    def _note(self) -> None:
        with self._timer.lock:
            if self._is_breached():
                return
            self._mailbox.set_deadline(0.0)  # nobody's time is running
        self._record()
        if self.finished < len(self._allowances) and self._begin_action():
            self._collect_litter()
        self._mailbox.set_deadline(math.inf)
        self._timer.expect(LOOK_SECONDS)

    def _is_breached(self) -> bool:
        # What the action took too much of is its own doing to the end: nothing that is
        # about to end with it may pass for another's.
        if self._timer.breach is None:
            return False
        self._mailbox.reply(Reply.WAIT)
        self._isolate.terminate()
        return True

    def _record(self) -> None:
        now = _now()
        self._costs.append(Cost(now.wall - self._since.wall, now.cpu - self._since.cpu))

    def _tidy(self) -> None:
        with self._timer.lock:
            self._mailbox.set_deadline(0.0)
        self._collect_litter()
        self._mailbox.set_deadline(math.inf)
        self._timer.expect(LOOK_SECONDS)

    def _begin_action(self) -> bool:
        """Measure the next action from here; tell whether there is much litter."""
        memory = self._timer.begin(self._allowances[self.finished])
        self._memory_floor = min(self._memory_floor, memory)
        self._since = _now()
        return memory - self._memory_floor > LITTER_BYTES

    def _collect_litter(self) -> None:
        # While nothing is watched: it is on nobody's account.
        self._isolate.collect_garbage()
        self._memory_floor = math.inf  # what cannot be collected is no litter
        self._begin_action()

    # Setting up, on the main thread:

    def _load(self, *, hardened: bool) -> None:
        hosts = ", ".join(HOSTS)
        self._evaluate(
            f"const {self._kernel} = {{ hosts: {{ {hosts} }}, "
            f"memory: new ArrayBuffer({SIZE_BYTES}) }};"
        )
        self._evaluate("".join(f"delete globalThis.{name};" for name in HOSTS))
        self._evaluate(_GLOBALS.format(self._kernel))
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


def read_prelude() -> None:
    """Read the prelude's files: a sealed process cannot."""
    for name in PRELUDE:
        _prelude_body(name)


# A script may replace or delete globals for itself: the prelude has its own by those names.
_GLOBALS = (
    "{0}.names = Object.getOwnPropertyNames(globalThis)"
    ".filter((name) => name === 'globalThis' || /^[A-Z]/.test(name));"
    "{0}.values = {0}.names.map((name) => globalThis[name]);"
)


def _loader(name: str, kernel: str) -> str:
    names, values = f"{kernel}.names", f"{kernel}.values"
    return f"new Function('kernel', ...{names}, {_prelude_body(name)})({kernel}, ...{values});"


def _now() -> Cost:
    # The CPU clock is the calling thread's: only V8's is of interest.
    return Cost(time.perf_counter_ns(), _cpu())


def _cpu() -> int:
    return time.clock_gettime_ns(time.CLOCK_THREAD_CPUTIME_ID)
