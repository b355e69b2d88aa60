"""What operators ask of a running broker.

How it does, another number of workers, and what is to be switched off or on.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import msgspec

from actionsd_broker import log, own_memory
from actionsd_broker.desk import Desk, Execute
from actionsd_broker.frontend import Question
from actionsd_broker.staff import ScaleError, read_number
from actionsd_broker.supervisor import Employee, Supervisor, short
from actionsd_broker.switch_keeper import SwitchKeeper
from actionsd_broker.switches import Switch, Switches, TooManySwitchesError
from actionsd_protocol.messages import Ask, Disable, Enable, Inquire, Scale

Tell = Callable[[Question, str | None, bytes], None]
"""Answers a question: with an error, or a document."""


class Control:
    """Answers operators' questions; `tell` takes the answers to who asked.

    `seal` describes that of the workers.
    """

    def __init__(
        self,
        desk: Desk,
        supervisor: Supervisor,
        switches: SwitchKeeper,
        spares: int,
        execute: Execute,
        seal: Callable[[], dict[str, Any]],
    ) -> None:
        self._desk = desk
        self._dispatcher = desk.dispatcher
        self._supervisor = supervisor
        self._stats = desk.stats
        self._switches = switches
        self._spares = spares
        self._execute = execute
        self._describe_seal = seal

    def answer(self, question: Question, tell: Tell) -> None:
        """Do what is asked, and say so."""
        try:
            document = self._do(question.message)
        except (ScaleError, TooManySwitchesError) as error:
            tell(question, str(error), b"")
        else:
            tell(question, None, msgspec.json.encode(document))

    def _do(self, message: Ask) -> dict[str, Any]:
        match message:
            case Inquire():
                return self._describe(time.monotonic())
            case Scale(_, workers):
                return {"workers": self.scale(workers)}
            case Disable():
                return self._disable(message)
            case Enable():
                return self._enable(message)

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

    def look(self, now: float) -> None:
        """Take over what others have switched off or on, in the file."""
        if self._switches.look(now):
            self._execute(self._dispatcher.switch(self._switches.switches, now))

    def _disable(self, wanted: Disable) -> dict[str, Any]:
        since = datetime.now(UTC).isoformat(timespec="seconds")
        switch = Switch(wanted.tenant, wanted.action, since, wanted.by, wanted.reason)
        changed = switch.scope not in self._switches.switches
        lost = self._change(lambda all_: all_.with_off(switch), wanted.by)
        return self._switched(changed=changed, lost=lost, known=self._knows(*switch.scope))

    def _enable(self, wanted: Enable) -> dict[str, Any]:
        scope = wanted.tenant, wanted.action
        self._switches.look(self._switches.next_look)  # now: another may have switched it off
        changed = scope in self._switches.switches
        lost = self._change(lambda all_: all_.without(scope), wanted.by)
        return self._switched(changed=changed, lost=lost, known=self._knows(*scope))

    def _change(self, alter: Callable[[Switches], Switches], by: str) -> str | None:
        try:
            return self._switches.change(alter, by)
        finally:
            # Where there was no room for it, too: others may have written to the file.
            switches = self._switches.switches
            self._execute(self._dispatcher.switch(switches, time.monotonic()))

    def _switched(self, *, changed: bool, lost: str | None, known: bool) -> dict[str, Any]:
        return {
            "changed": changed,
            "known": known,
            "not_kept": lost,
            "disabled": msgspec.to_builtins(self._switches.switches.entries),
        }

    def _knows(self, tenant: str | None, action: str | None) -> bool:
        """Tell whether the registry has such a tenant and action; others come with jobs."""
        registry = self._desk.keeper.registry
        if action is None:
            return tenant is None or tenant in registry.shares
        return any(
            action == each.action.name and tenant in (None, each.tenant)
            for each in registry.actions
        )

    def _describe(self, now: float) -> dict[str, Any]:
        return {
            "broker": {
                "pid": os.getpid(),
                "memory_bytes": own_memory.resident_bytes(),
                "draining": self._dispatcher.draining,
            },
            "workers": self._dispatcher.workers,
            "spares": self._spares,
            "disabled": msgspec.to_builtins(self._switches.switches.entries),
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
