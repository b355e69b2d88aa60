"""Jobs in, results out: keeps account of who asked for which job.

Asked for by clients, and by the registry for the checks of its scripts. What becomes of a
job in between is the dispatcher's and the workers' business.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple, TypeAlias

from actionsd_broker import answers, log
from actionsd_broker.dispatcher import Command, Dispatcher, Fail
from actionsd_broker.frontend import Frontend, Peer, Question, Request, Submission
from actionsd_broker.job import Job
from actionsd_broker.plan import Planner
from actionsd_broker.registry_check import CheckJob
from actionsd_broker.registry_keeper import RegistryKeeper
from actionsd_broker.share import Share
from actionsd_broker.stats import NO_FETCHES, Stats
from actionsd_protocol.errors import FailureKind
from actionsd_protocol.result import JobResult
from actionsd_protocol.triggers import TRIGGERS, resolve_trigger

Execute: TypeAlias = Callable[[Sequence[Command]], None]
"""Carries out what the dispatcher decides."""


class _Client(NamedTuple):
    """Who asked for a job: a client, under its own number for it."""

    peer: Peer
    number: int


_Origin: TypeAlias = _Client | RegistryKeeper


class Desk:
    """Takes submissions to the dispatcher, and results to who asked for them.

    `keeper` has the registry; raises RegistryError if that in the directory is unfit.
    `stats` has the figures of what clients asked for.
    """

    def __init__(self, dispatcher: Dispatcher, execute: Execute, registry: Path | None) -> None:
        self.keeper = RegistryKeeper(registry, self._submit_check, self._allot)
        self.dispatcher = dispatcher
        self._execute = execute
        self._planner = Planner()
        self._origins: dict[int, _Origin] = {}
        self._next_number = 1
        self._frontend: Frontend
        self._on_question: Callable[[Question], None]
        self.stats = Stats(time.monotonic())

    def open(self, frontend: Frontend, on_question: Callable[[Question], None]) -> None:
        """Serve these clients; what is not about a job is handed on."""
        self._frontend = frontend
        self._on_question = on_question

    @property
    def jobs(self) -> int:
        """How many jobs are not answered yet."""
        return len(self._origins)

    def take_requests(self) -> None:
        """Take what clients have sent."""
        for request in self._frontend.receive():
            try:
                if isinstance(request, Question):
                    self._on_question(request)
                else:
                    self._submit(request)
            except Exception as error:  # noqa: BLE001 - one client's job fails that job only
                log.error("internal_error", at=log.places(error))
                self._give_up(request)

    def answer(
        self, job: Job, result: JobResult, fetch_seconds: Mapping[int, float] = NO_FETCHES
    ) -> None:
        """Give the result of a job to who asked for it; its fetches took so long, by action."""
        origin = self._origins.pop(job.number)
        self._answer(origin, result)
        if isinstance(origin, _Client):
            now = time.monotonic()
            self.stats.job_done(job.tenant, job.trigger, result, now, fetch_seconds)

    def fail(self, failed: Fail) -> None:
        """Answer a job that no worker has finished."""
        job = failed.job
        log.warning("job_failed", **job.named(), kind=failed.kind.value)
        self.answer(job, answers.failed(failed, time.monotonic()))

    def abandon(self) -> None:
        """Answer every job that is left: there is no time for them."""
        log.warning("drain_gave_up", jobs=self.jobs)
        for origin in list(self._origins.values()):
            self._refuse(origin, FailureKind.WORKER_LOST, "the broker was shut down")

    def _submit(self, submission: Submission) -> None:
        message = submission.message
        origin = _Client(submission.client, message.id)
        trigger = resolve_trigger(message.trigger)
        if trigger is None:
            known = ", ".join(TRIGGERS)
            text = f"unknown trigger {message.trigger!r}; there is: {known}"
            self._refuse(origin, FailureKind.UNKNOWN_TRIGGER, text)
            return
        if message.actions is None:
            plan = self.keeper.registry.plan(message.tenant, trigger)
        else:
            plan = self._planner.plan(message.actions)
        if not plan.steps:
            self._answer(origin, answers.nothing_to_do())
            return
        now, number = time.monotonic(), self._take_number()
        context, check = submission.context, message.check
        job = Job(number, message.tenant, trigger, plan, context, check, now, message.trace)
        self._accept(origin, job)

    def _submit_check(self, check: CheckJob) -> None:
        # A queue of its own, with a name that no client can give: a tenant's flood must not
        # keep its registry from being checked.
        tenant = f"\0{check.tenant}"
        now, number = time.monotonic(), self._take_number()
        job = Job(number, tenant, check.trigger, check.plan, b"{}", check=True, accepted_at=now)
        self._accept(self.keeper, job)

    def _allot(self, shares: Mapping[str, Share]) -> None:
        self._execute(self.dispatcher.allot(shares, time.monotonic()))

    def _take_number(self) -> int:
        number, self._next_number = self._next_number, self._next_number + 1
        return number

    def _accept(self, origin: _Origin, job: Job) -> None:
        self._origins[job.number] = origin
        self._execute(self.dispatcher.submit(job, job.accepted_at))

    def _give_up(self, request: Request) -> None:
        reason = "the broker failed; see its log"
        if isinstance(request, Question):
            self._frontend.tell(request, reason, b"")
        else:
            origin = _Client(request.client, request.message.id)
            self._refuse(origin, FailureKind.INTERNAL, reason)

    def _refuse(self, origin: _Origin, kind: FailureKind, message: str) -> None:
        self._answer(origin, answers.refused(kind, message))

    def _answer(self, origin: _Origin, result: JobResult) -> None:
        if isinstance(origin, RegistryKeeper):
            origin.answer(result)
        else:
            self._frontend.reply(origin.peer, origin.number, answers.encode(result))
