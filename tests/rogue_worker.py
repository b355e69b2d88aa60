"""A worker that is honest until it is told not to be, and then does as its mode says.

It runs jobs in V8 as every worker does, but is not sealed and speaks ZMTP itself: what it
sends is up to it, as it would be up to native code in a worker. `rogue_mode` says what
modes are; what each can work with is a `Rogue`.
"""

from __future__ import annotations

import contextlib
import os
import signal
import time
from collections import deque
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
from rogue_mode import import_mode, read_mode
from wire import framed
from zmtp import Peer, message

from actionsd_protocol.frames import TO_WORKER, Received
from actionsd_protocol.messages import (
    Answer,
    Assign,
    Call,
    Layer,
    Message,
    Ready,
    Report,
    Span,
    Stop,
)
from actionsd_protocol.orders import WorkerOrders


class _Claims(msgspec.Struct):
    n: int = 0
    rogue: str | None = None


class _Context(msgspec.Struct):
    claims: _Claims = msgspec.field(default_factory=_Claims)


class Rogue:
    """One worker: its connection, the job that it has, and words to say.

    `arena` is a directory that it shares with the test, `siblings` are the identities that
    were in its zygote's memory. The first methods are those of the worker's `Service`, for
    an honest runner to use; the rest is for modes.
    """

    def __init__(self, orders: WorkerOrders, arena: Path, siblings: Sequence[str]) -> None:
        self.orders = orders
        self.siblings = siblings
        self.last_report = b""
        self.n = 0  # what its job is to set the claim `m` to
        self._inbox: deque[Received] = deque()
        self._arena = arena
        self._assign: Assign | None = None
        self._mode: str | None = None  # begun when its job is done

    def connect(self, path: str) -> None:
        """Connect as this worker."""
        self.peer = Peer(path)
        self.peer.let_in(self.name, self.name)

    def greet(self, v8: str, layers: Sequence[Layer]) -> None:
        """Say that this worker is ready."""
        self.say(self.ready(v8=v8, layers=list(layers)))

    def report(self, job: int, costs: list[Span], document: bytes) -> None:
        """Answer the job that was assigned."""
        self.last_report = framed(Report(job=job, spans=costs), document)
        self.send(self.last_report)

    def next_job(self) -> tuple[Assign, bytes] | None:
        """Wait for the next job; misbehave if that is what it is for."""
        if self._mode is not None:
            self.misbehave(self._mode)
        if not self._inbox:
            [frame] = self.peer.receive()
            self._inbox += TO_WORKER.decode(frame)
        received = self._inbox.popleft()
        if isinstance(received.message, Stop):
            return None
        self._assign = received.message
        claims = msgspec.json.decode(received.payload, type=_Context).claims
        self.n, mode = claims.n, claims.rogue
        if mode is not None:
            stage = read_mode(mode).stage
            if stage == "job" or (stage == "batch" and self._is_to_break_a_batch(mode)):
                self.misbehave(mode)
            self._mode = mode if stage == "idle" else None
        return received.message, received.payload

    def misbehave(self, mode: str) -> None:
        """Do what a mode does, then nothing more at all."""
        module = import_mode(mode)
        with (self._arena / "breaches").open("a") as breaches:
            breaches.write(f"{mode} {os.getpid()} {time.monotonic()}\n")
        with contextlib.suppress(OSError):  # it was cut off: that alone must not end it
            module.misbehave(self)
        while True:
            signal.pause()

    def flush_late(self) -> None:
        """Do nothing: every report has left at once."""

    def flush(self) -> None:
        """Do nothing, for the same reason."""

    @property
    def next_call(self) -> int:
        """The number of the next call of the job."""
        return 1

    def call(self, message: Call, payload: bytes | None) -> tuple[Answer, bytes]:
        """Fail: the scripts of the arena ask for nothing; modes do, in their own way."""
        raise AssertionError(f"a script asks: {message}, {payload!r}")

    def _is_to_break_a_batch(self, mode: str) -> bool:
        """Tell whether this is the first worker that has several jobs with this mode."""
        if len(self._inbox) < 2:  # the last of a batch would be the only one to blame
            return False
        try:
            (self._arena / f"batch {mode}").touch(exist_ok=False)
        except FileExistsError:
            return False
        return True

    # For modes

    @property
    def name(self) -> bytes:
        """Its identity, which is its ticket too."""
        return self.orders.identity.encode()

    @property
    def job(self) -> int:
        """The number of the job that it has, or had last."""
        return 0 if self._assign is None else self._assign.job

    @property
    def mute_url(self) -> str:
        """What may be fetched, and never answers."""
        return (self._arena / "mute").read_text()

    @property
    def next_jobs(self) -> list[int]:
        """The numbers of the jobs behind it that came with it."""
        return [received.message.job for received in self._inbox]

    def ready(self, **changes: Any) -> Message:
        """Return an honest `Ready`, but for what is to be otherwise."""
        return Ready(**{"pid": os.getpid(), "v8": "14", "layers": [], **changes})

    def forge(self, spans: Sequence[Span] = (), **changes: Any) -> None:
        """Send a report of this job that is honest but for what is to be otherwise."""
        names = [] if self._assign is None else [step.name for step in self._assign.steps]
        actions = [{"name": name, "outcome": "succeeded", "error": None} for name in names]
        document = {"actions": actions, "mutations": [], "logs": [], **changes}
        self.say(Report(self.job, list(spans)), msgspec.json.encode(document))

    def say(self, message_: Message, payload: bytes | None = None) -> None:
        """Send a message."""
        self.send(framed(message_, payload))

    def send(self, *frames: bytes) -> None:
        """Send a message of these frames."""
        self.write(message(list(frames)))

    def write(self, data: bytes) -> None:
        """Send bytes that need not be a message."""
        self.peer.write(data)

    def flood(self, data: bytes) -> None:
        """Send bytes again and again, for ever."""
        while True:
            self.peer.write(data)
