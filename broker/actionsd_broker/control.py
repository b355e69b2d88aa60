"""What operators ask of a running broker: how it does, and another number of workers."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from typing import Any

import msgspec

from actionsd_broker import log, own_memory
from actionsd_broker.desk import Execute
from actionsd_broker.dispatcher import Dispatcher
from actionsd_broker.frontend import Question
from actionsd_broker.staff import ScaleError, read_number
from actionsd_broker.stats import Stats
from actionsd_broker.supervisor import Employee, Supervisor, short
from actionsd_protocol.messages import Inquire

Tell = Callable[[Question, str | None, bytes], None]
"""Answers a question: with an error, or a document."""


class Control:
    """Answers operators' questions; `tell` takes the answers to who asked.

    `seal` describes that of the workers.
    """

    def __init__(
        self,
        dispatcher: Dispatcher,
        supervisor: Supervisor,
        stats: Stats,
        spares: int,
        execute: Execute,
        seal: Callable[[], dict[str, Any]],
    ) -> None:
        self._dispatcher = dispatcher
        self._supervisor = supervisor
        self._stats = stats
        self._spares = spares
        self._execute = execute
        self._describe_seal = seal

    def answer(self, question: Question, tell: Tell) -> None:
        """Do what is asked, and say so."""
        if isinstance(question.message, Inquire):
            tell(question, None, msgspec.json.encode(self._describe(time.monotonic())))
            return
        try:
            workers = self.scale(question.message.workers)
        except ScaleError as error:
            tell(question, str(error), b"")
        else:
            tell(question, None, msgspec.json.encode({"workers": workers}))

    def scale(self, wanted: str) -> int:
        """Have another number of workers; return it. Raises ScaleError if it cannot be."""
        if self._dispatcher.draining:
            raise ScaleError("the broker is shutting down")
        workers = read_number(wanted, self._dispatcher.workers)
        now = time.monotonic()
        self._supervisor.scale(workers + self._spares, now)
        self._execute(self._dispatcher.scale(workers, now))
        log.info("scaled", workers=workers)
        return workers

    def _describe(self, now: float) -> dict[str, Any]:
        return {
            "broker": {
                "pid": os.getpid(),
                "memory_bytes": own_memory.resident_bytes(),
                "draining": self._dispatcher.draining,
            },
            "workers": self._dispatcher.workers,
            "spares": self._spares,
            "waiting": self._dispatcher.waiting,
            "waiting_bytes": self._dispatcher.waiting_bytes,
            **self._stats.describe(now),
            "sandbox": self._describe_seal(),
            "processes": [self._describe_worker(each, now) for each in self._supervisor.staff()],
        }

    def _describe_worker(self, employee: Employee, now: float) -> dict[str, Any]:
        record = self._dispatcher.record_of(employee.name)
        busy = self._dispatcher.running_on(employee.name) is not None
        if not employee.ready:
            state = "starting"
        elif record is None:
            state = "ending"
        else:
            state = "busy" if busy else "idle"
        tenant = None if record is None else record.tenant
        return {
            "name": short(employee.name),
            "pid": employee.pid,
            "state": state,
            # One whose name no client can give has its scripts checked for the registry.
            "tenant": None if tenant is None else tenant.lstrip("\0"),
            "jobs": 0 if record is None else record.jobs,
            "age_seconds": round(now - employee.ordered_at, 3),
        }
